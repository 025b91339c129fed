// Tries for some seconds to get at what is denied, with paths, links, addresses and descriptors that change while they
// are judged. Prints what got through, or "nothing", and how often the permitted twin was reached.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "swap.h"

static atomic_bool over;
static atomic_int reached, breaches;
static char *shifting; // shared between processes: a second one rewrites it too
static char outside[108];
static struct sockaddr_un address, datagram;

static void report(const char *what) {
  if (breaches++ == 0) puts(what);
}

static void *shift(void *unused) {
  (void)unused;
  for (unsigned i = 0; !over; i++) {
    bool is_fine = (i + i / 64) & 1; // now this, now that while a link is swapped
    memcpy(shifting, is_fine ? "fine/f" : "deny/f", 7);
    memcpy(address.sun_path, is_fine ? "fine/sock" : "deny/sock", 10);
    memcpy(datagram.sun_path, is_fine ? "fine/log" : "deny/log", 9);
    if (i % 64 == 0) swap("link", "fine");
    if (i % 64 == 32) swap("link", "deny");
    if (i % 128 == 64 && rename("fine", "away") == 0) rename("away", "fine");
  }
  return NULL;
}

static void *read_it(void *path) {
  char bytes[8] = "";
  while (!over) {
    int fd = open(path, O_RDONLY);
    if (fd < 0) continue;
    if (read(fd, bytes, 6) == 6 && !memcmp(bytes, "secret", 6)) report("read");
    reached++;
    close(fd);
    fd = open(path, O_PATH);
    if (fd < 0) continue;
    char again[64];
    snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
    int reopened = open(again, O_RDONLY);
    if (reopened >= 0 && read(reopened, bytes, 6) == 6 && !memcmp(bytes, "secret", 6)) report("read by handle");
    if (reopened >= 0) close(reopened);
    close(fd);
  }
  return NULL;
}

static void *take_it(void *path) {
  while (!over) {
    link(path, "stolen");
    rename(path, "moved");
    int fd = open("stolen", O_RDONLY);
    if (fd < 0) fd = open("moved", O_RDONLY);
    char bytes[8] = "";
    if (fd >= 0 && read(fd, bytes, 6) == 6 && !memcmp(bytes, "secret", 6)) report("link or rename");
    if (fd >= 0) close(fd);
    unlink("stolen");
    rename("moved", "fine/f");
  }
  return NULL;
}

static void *mark_it(void *path) {
  while (!over) {
    chmod(path, 0777);
    setxattr(path, "user.mark", "x", 1, 0);
    utimensat(AT_FDCWD, path, NULL, 0);
    chmod(outside, 0777);
  }
  return NULL;
}

static void *connect_it(void *unused) {
  (void)unused;
  while (!over) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    char byte = 0;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
      reached++;
      if (recv(fd, &byte, 1, 0) == 1 && byte == 's') report("connect");
    }
    if (fd >= 0) close(fd);
  }
  return NULL;
}

// The server behind the wrong path writes down what it gets: the test looks there.
static void *send_it(void *unused) {
  (void)unused;
  struct iovec content = {"x", 1};
  struct msghdr header = {.msg_name = &datagram, .msg_namelen = sizeof datagram, .msg_iov = &content, .msg_iovlen = 1};
  while (!over) {
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (fd < 0) report("no datagram socket");
    else {
      reached += sendmsg(fd, &header, 0) == 1;
      sendto(fd, "x", 1, 0, (struct sockaddr *)&datagram, sizeof datagram);
      close(fd);
    }
  }
  return NULL;
}

// One descriptor is now the file from inside, now the one from outside that was handed over for reading.
static void *exchange_descriptors(void *unused) {
  (void)unused;
  int mine = open("own", O_RDWR | O_CREAT, 0644);
  while (!over) {
    dup2(mine, 100);
    dup2(0, 100);
  }
  return NULL;
}

static void *mark_descriptor(void *unused) {
  (void)unused;
  while (!over) fchmod(100, 0777);
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  void *(*const work[])(void *) = {shift, read_it, read_it, take_it, mark_it, connect_it, send_it, exchange_descriptors, mark_descriptor};
  enum { COUNT = sizeof work / sizeof *work };
  static char by_link[] = "link/f";
  void *const arguments[COUNT] = {NULL, NULL, by_link, NULL, NULL, NULL, NULL, NULL, NULL};
  pthread_t threads[COUNT];
  shifting = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  strcpy(shifting, "fine/f");
  snprintf(outside, sizeof outside, "%s", argv[2]);
  address.sun_family = AF_UNIX;
  strcpy(address.sun_path, "fine/sock");
  datagram = address;
  strcpy(datagram.sun_path, "fine/log");
  swap("link", "fine");
  pid_t rewriter = fork();
  if (rewriter == 0)
    for (;;) memcpy(shifting, "deny/f", 7), memcpy(shifting, "fine/f", 7);
  for (int i = 0; i < COUNT; i++) pthread_create(&threads[i], NULL, work[i], arguments[i] ? arguments[i] : shifting);
  sleep((unsigned)atoi(argv[1]));
  over = true;
  for (int i = 0; i < COUNT; i++) pthread_join(threads[i], NULL);
  kill(rewriter, 9);
  waitpid(rewriter, NULL, 0);
  if (breaches == 0) puts("nothing");
  puts(reached > 100 ? "tried" : "hardly tried");
  return 0;
}
