// Makes the broker's calls with arguments that nobody would: random numbers, addresses at the edge of a page, structures of
// noise, paths of every kind. Prints how often a process did so, if it is still there at the end.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, CALLS_A_PROCESS = 3000, NR_OPENAT2 = 437, NR_FCHMODAT2 = 452 };

static const int calls[] = {
#ifdef SYS_open
    SYS_open, SYS_creat, SYS_unlink, SYS_rmdir, SYS_rename, SYS_mkdir, SYS_mknod, SYS_symlink, SYS_link, SYS_chmod, SYS_chown,
    SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat, SYS_renameat,
#endif
    SYS_openat, NR_OPENAT2, SYS_connect, SYS_bind, SYS_listen, SYS_sendto, SYS_sendmsg, SYS_sendmmsg, SYS_umask, SYS_chdir,
    SYS_fchdir, SYS_unlinkat, SYS_renameat2, SYS_linkat, SYS_mkdirat, SYS_mknodat, SYS_symlinkat, SYS_truncate, SYS_ftruncate,
    SYS_fallocate, SYS_fchmod, SYS_fchmodat, NR_FCHMODAT2, SYS_fchown, SYS_fchownat, SYS_utimensat, SYS_setxattr, SYS_lsetxattr,
    SYS_fsetxattr, SYS_removexattr, SYS_lremovexattr, SYS_fremovexattr, SYS_ioctl, SYS_socket, SYS_socketpair, SYS_setsockopt};
static const char *const paths[] = {
    "f",  "sec/key", "d",    "d/x",       "",     ".",       "..",     "/",  "/proc/self/fd/3", "/proc/self/cwd/f", "/dev/null",
    "l/", "l",       "fifo", "/dev/tty", "sock", "d/../f", "nono~1", " .", "\xff\xfe",        "/dev/ptmx",        "/proc/self/mem"};
enum { CALL_COUNT = sizeof calls / sizeof *calls, PATH_COUNT = sizeof paths / sizeof *paths };

static char *edge; // of a page; nothing is behind it
static char noise[70000];

static long argument(void) {
  switch (rand() % 14) {
  case 0: return -100; // AT_FDCWD
  case 1: return rand() % 20;
  case 2: return -1;
  case 3: return (long)(edge + PAGE - rand() % 64);
  case 4: return (long)noise;
  case 5: return 0;
  case 6: return rand() % 0x20000;
  case 7: return (long)rand() << 32 | rand();
  case 8: return 1l << rand() % 31;
  default: return (long)paths[rand() % PATH_COUNT];
  }
}

static void change_noise(void) {
  if (rand() % 50 == 0) memset(noise, 'a', sizeof noise);
  if (rand() % 8 == 0)
    for (int i = 0; i < 64; i++) ((long *)(void *)noise)[i] = argument();
  if (rand() % 6 == 0) {
    noise[0] = (char)(rand() % 3 == 0 ? AF_UNIX : rand() % 2 ? AF_INET : AF_INET6), noise[1] = 0;
    strcpy(noise + 2, paths[rand() % PATH_COUNT]);
  }
}

static void call_nonsense(unsigned seed) {
  srand(seed);
  alarm(2); // some calls wait
  edge = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(edge, 'b', PAGE);
  munmap(edge + PAGE, PAGE);
  for (int i = 0; i < CALLS_A_PROCESS; i++) {
    change_noise();
    int number = calls[rand() % CALL_COUNT];
    if (number == SYS_socket) socket(rand() % 2 ? AF_UNIX : AF_INET, rand() % 6 | SOCK_NONBLOCK, 0);
    else syscall(number, argument(), argument(), argument(), argument(), argument(), argument());
  }
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  unsigned seed = (unsigned)atoi(argv[1]), rounds = 0;
  for (time_t end = time(NULL) + atoi(argv[2]); time(NULL) < end; rounds++) {
    pid_t child = fork();
    if (child == 0) call_nonsense(seed + rounds);
    waitpid(child, NULL, 0);
  }
  printf("%u rounds\n", rounds);
  return 0;
}
