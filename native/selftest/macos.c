// The ways out by calls that macOS alone has.
#include "victim.h"
#include "ways.h"

#include <errno.h>
#include <fcntl.h>
#include <mach/mach.h>
#include <servers/bootstrap.h>
#include <signal.h>
#include <sys/clonefile.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/sys_domain.h>
#include <sys/sysctl.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { ARGUMENT_BYTES = 65536 };

void listen_elsewhere(void) {}

static long attribute_outside(void) { return setxattr(secret(), "way-out", "x", 1, 0, 0); }
static long read_by_clone(void) { return clonefile(secret(), "clone", 0) != 0 ? -1 : open_at("clone", O_RDONLY); }
// By its number alone, without any of its directories.
static long read_by_number(void) { return open_at(path_of("/.vol/%s", number), O_RDONLY); }

static long trace_it(void) {
  if (ptrace(PT_ATTACHEXC, victim, 0, 0) != 0) return -1;
  ptrace(PT_DETACH, victim, (caddr_t)1, 0); // it would die with its tracer
  return kill(victim, SIGCONT);
}
static long read_environment(void) {
  static char room[ARGUMENT_BYTES];
  int name[] = {CTL_KERN, KERN_PROCARGS2, victim};
  size_t size = sizeof room;
  return sysctl(name, sizeof name / sizeof *name, room, &size, NULL, 0);
}
static long open_memory(void) {
  mach_port_t task;
  return task_for_pid(mach_task_self(), victim, &task) == KERN_SUCCESS ? 0 : fails(EPERM);
}

static long mount_something(void) { return mount("devfs", ".", MNT_RDONLY, NULL); }
static long gain_privileges(void) { return execl("/bin/ps", "ps", "-p", "1", (char *)NULL); } // it is set-user-ID root
static long look_up(const char *service) {
  mach_port_t found;
  return bootstrap_look_up(bootstrap_port, service, &found) == KERN_SUCCESS ? 0 : fails(EPERM);
}
static long read_clipboard(void) { return look_up("com.apple.pasteboard.1"); }
static long start_programs(void) { return look_up("com.apple.coreservices.launchservicesd"); }
static long ask_keychain(void) { return look_up("com.apple.SecurityServer"); }

static long ask_resolver(void) {
  return connect_to("/private/var/run/mDNSResponder", sizeof "/private/var/run/mDNSResponder");
}
static long use_routes(void) { return socket(PF_ROUTE, SOCK_RAW, 0); }
static long use_kernel_control(void) { return socket(PF_SYSTEM, SOCK_DGRAM, SYSPROTO_CONTROL); }

const struct way platform_ways[] = {
    {"clone", read_by_clone, 'f'},
    {"number", read_by_number, 'f'},
    {"attributes", attribute_outside, 'f'},
    {"trace", trace_it, 'f'},
    {"environment", read_environment, 'f'},
    {"memory", open_memory, 'f'},
    {"mount", mount_something, 'c'},
    {"privileges", gain_privileges, 'f'},
    {"clipboard", read_clipboard, 'f'},
    {"launch", start_programs, 'f'},
    {"keychain", ask_keychain, 'f'},
    {"resolver", ask_resolver, 'n'},
    {"routes", use_routes, 'n'},
    {"kernel-control", use_kernel_control, 'n'},
    {0},
};
