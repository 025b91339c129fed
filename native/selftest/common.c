// The ways out by calls that every platform has.
#include "ways.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAKED_FD = 9, ECHO_REQUEST = 8 };

static long read_outside(void) { return open_at(secret(), O_RDONLY); }
static long list_outside(void) { return open_at(outside, O_RDONLY | O_DIRECTORY); }
static long write_outside(void) { return open_at(secret(), O_WRONLY); }
static long create_outside(void) { return open_at(path_of("%s/new", outside), O_WRONLY | O_CREAT | O_EXCL); }
static long cut_outside(void) { return truncate(secret(), 0); }
static long delete_outside(void) { return unlink(path_of("%s/victim", outside)); }
static long chmod_outside(void) { return chmod(secret(), 0666); }
static long times_outside(void) { return utimensat(AT_FDCWD, secret(), NULL, 0); }
static long execute_outside(void) {
  const char *tool = path_of("%s/tool", outside);
  return execl(tool, tool, (char *)NULL);
}
static long read_by_symlink(void) { return symlink(secret(), "symlink") != 0 ? -1 : open_at("symlink", O_RDONLY); }
static long read_by_hard_link(void) { return link(secret(), "link") != 0 ? -1 : open_at("link", O_RDONLY); }
static long move_inside(void) { return rename(path_of("%s/moved", outside), "moved"); }

static long read_denied(void) { return open_at(".env", O_RDONLY); }
static long move_denied(void) { return rename(".env", "plain"); }
static long read_key(void) { return open_at(".ssh/id_selftest", O_RDONLY); }
static long plant_hook(void) { return open_at(".git/hooks/pre-commit", O_WRONLY | O_CREAT | O_TRUNC); }
static long delete_old(void) { return unlink("old"); }
static long run_blocked(void) { return execlp("rm", "rm", "-f", (char *)NULL); } // without an operand: it does nothing
static long change_plan(void) {
  const char *plan = getenv("NONO_PLAN");
  return plan == NULL ? fails(ENOENT) : open_at(plan, O_WRONLY);
}

static long signal_it(void) { return kill(victim, 0); }
static long type_into_terminal(void) { return ioctl(0, TIOCSTI, ""); }
static long use_descriptor(void) { return fcntl(LEAKED_FD, F_GETFD); }
static long read_secret_variable(void) { return getenv("SELFTEST_API_TOKEN") == NULL ? fails(ENOENT) : 0; }
static long keep_loader_variable(void) { return getenv("LD_LIBRARY_PATH") == NULL ? fails(ENOENT) : 0; }
static long reach_socket(void) { return connect_to("../outside/socket", sizeof "../outside/socket"); }

static struct sockaddr_in loopback(int number) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons((uint16_t)number), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}
static long reach_port(void) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}
// Some systems refuse the socket, some what is sent by it.
static long send_by(int type, int protocol, int number) {
  static const char message[8] = {ECHO_REQUEST};
  struct sockaddr_in address = loopback(number);
  int fd = socket(AF_INET, type, protocol);
  return fd < 0 ? -1 : sendto(fd, message, sizeof message, 0, (struct sockaddr *)&address, sizeof address);
}
static long use_udp(void) { return send_by(SOCK_DGRAM, 0, port); }
static long use_icmp(void) { return send_by(SOCK_DGRAM, IPPROTO_ICMP, 0); }
static long use_raw(void) { return send_by(SOCK_RAW, IPPROTO_ICMP, 0); }

static long read_inside(void) { return open_at("old", O_RDONLY); }
static long rewrite_inside(void) {
  int fd = open("kept", O_WRONLY | O_TRUNC | O_CLOEXEC);
  return fd < 0 ? -1 : write(fd, "new", 3) - 3;
}
static long make_inside(void) { return open_at("made", O_WRONLY | O_CREAT | O_EXCL); }
static long delete_temporary(void) {
  const char *directory = getenv("TMPDIR"), *file = path_of("%s/made", directory == NULL ? "" : directory);
  return open_at(file, O_WRONLY | O_CREAT | O_EXCL) < 0 ? -1 : unlink(file);
}
static long execute_shell(void) { return execl("/bin/sh", "sh", "-c", ":", (char *)NULL); }
static long make_pair(void) { return socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){0}); }

const struct way common_ways[] = {
    // First: some of the ways destroy what these need.
    {"may-read", read_inside, 'f'},
    {"may-rewrite", rewrite_inside, 'f'},
    {"may-make", make_inside, 'f'},
    {"may-delete", delete_temporary, 'f'},
    {"may-execute", execute_shell, 'f'},
    {"may-pair", make_pair, 'f'},
    {"read", read_outside, 'f'},
    {"list", list_outside, 'f'},
    {"execute", execute_outside, 'f'},
    {"write", write_outside, 'f'},
    {"create", create_outside, 'f'},
    {"symlink", read_by_symlink, 'f'},
    {"hard-link", read_by_hard_link, 'f'},
    {"chmod", chmod_outside, 'f'},
    {"times", times_outside, 'f'},
    {"move-in", move_inside, 'f'},
    {"truncate", cut_outside, 'f'},
    {"delete", delete_outside, 'f'},
    {"denied", read_denied, 'f'},
    {"move-denied", move_denied, 'f'},
    {"key", read_key, 'f'},
    {"hook", plant_hook, 'f'},
    {"delete-old", delete_old, 'f'},
    {"blocked", run_blocked, 'f'},
    {"plan", change_plan, 'c'},
    {"signal", signal_it, 'f'},
    {"terminal", type_into_terminal, 'c'},
    {"descriptor", use_descriptor, 'f'},
    {"secret-variable", read_secret_variable, 'f'},
    {"loader-variable", keep_loader_variable, 'f'},
    {"socket", reach_socket, 'f'},
    {"tcp", reach_port, 'n'},
    {"udp", use_udp, 'n'},
    {"icmp", use_icmp, 'n'},
    {"raw", use_raw, 'n'},
    {0},
};
