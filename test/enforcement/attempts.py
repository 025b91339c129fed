"""Tries every operation on a path in every spelling; prints the errno of each, by operation and spelling, as JSON."""
import ctypes, errno, json, os, shutil, sys

directory, name, kind = sys.argv[1:4]  # where it lies, from here; its name; "file" or "absent"
path = os.path.join(directory, name)
libc = ctypes.CDLL(None, use_errno=True)
RENAMEAT2, OPENAT2, LINKAT, FCHMODAT2, EXECVEAT = {"x86_64": (316, 437, 265, 452, 322), "aarch64": (276, 437, 37, 452, 281)}[os.uname().machine]


def call(number, *arguments):
    result = libc.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def open2(flags, mode=0):
    def attempt(at, spelled):
        how = (ctypes.c_uint64 * 3)(flags, mode, 0)
        return os.close(call(OPENAT2, at, spelled.encode(), how, 24))
    return attempt


def opened(flags):
    return lambda at, spelled: os.close(os.open(spelled, flags, 0o644, dir_fd=None if at == AT_FDCWD else at))


def at(function, *arguments, **named):
    return lambda where, spelled: function(spelled, *arguments, **({"dir_fd": where} if where != AT_FDCWD else {}), **named)


AT_FDCWD = -100


def link(where, spelled):
    call(LINKAT, where, spelled.encode(), AT_FDCWD, b"linked", 0)


def rename(where, spelled):
    call(RENAMEAT2, where, spelled.encode(), AT_FDCWD, b"moved", 0)


def replace(where, spelled):
    shutil.copy("plain", "new")
    call(RENAMEAT2, AT_FDCWD, b"new", where, spelled.encode(), 0)


def exchange(where, spelled):
    call(RENAMEAT2, AT_FDCWD, b"plain", where, spelled.encode(), 2)


def link_there(where, spelled):
    call(LINKAT, AT_FDCWD, b"plain", where, spelled.encode(), 0)


def symlink_there(where, spelled):
    os.symlink("plain", spelled, **({"dir_fd": where} if where != AT_FDCWD else {}))


def execute(where, spelled):
    pid = os.fork()
    if pid == 0:
        try:
            os.execve(os.open(spelled, os.O_PATH, dir_fd=None if where == AT_FDCWD else where), ["x"], {})
        except OSError as error:
            os._exit(error.errno)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != 0:
        raise OSError(code, "")


def execute_by_path(where, spelled):
    pid = os.fork()
    if pid == 0:
        try:
            if where == AT_FDCWD:
                os.execv(spelled, ["x"])
            call(EXECVEAT, where, spelled.encode(), (ctypes.c_char_p * 2)(b"x"), None, 0)
        except OSError as error:
            os._exit(error.errno)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code != 0:
        raise OSError(code, "")


def by_handle(where, spelled):
    handle = os.open(spelled, os.O_PATH, dir_fd=None if where == AT_FDCWD else where)
    os.close(os.open(f"/proc/self/fd/{handle}", os.O_RDONLY))


reads = {
    "read": opened(os.O_RDONLY),
    "openat2 read": open2(os.O_RDONLY),
    "by handle": by_handle,
    "execute": execute,
    "execute by path": execute_by_path,
    "link": link,
}
writes = {
    "write": opened(os.O_WRONLY),
    "both": opened(os.O_RDWR),
    "append": opened(os.O_WRONLY | os.O_APPEND),
    "cut": opened(os.O_RDONLY | os.O_TRUNC),
    "openat2 write": open2(os.O_WRONLY),
    "truncate": lambda where, spelled: os.truncate(spelled if where == AT_FDCWD else f"/proc/self/fd/{where}/{spelled}", 1),
    "rename": rename,
    "unlink": at(os.unlink),
    "chmod": at(os.chmod, 0o700),
    "fchmodat2": lambda where, spelled: call(FCHMODAT2, where, spelled.encode(), 0o700, 0x100),
    "chown": at(os.chown, os.getuid(), -1),
    "utime": at(os.utime),
    "xattr": lambda where, spelled: os.setxattr(spelled if where == AT_FDCWD else f"/proc/self/fd/{where}/{spelled}", "user.x", b"x"),
}
makes = {
    "create": opened(os.O_WRONLY | os.O_CREAT),
    "replace": replace,
    "exchange": exchange,
    "link there": link_there,
    "symlink there": symlink_there,
    "mknod": at(os.mknod, 0o100644),
}
new = {"exclusive": opened(os.O_WRONLY | os.O_CREAT | os.O_EXCL), "mkdir": at(os.mkdir)}

here = os.getcwd()
spellings = {
    "relative": (AT_FDCWD, path),
    "absolute": (AT_FDCWD, os.path.join(here, path)),
    "dots": (AT_FDCWD, os.path.join(directory, "..", os.path.basename(directory), ".", name)),
    "cwd of proc": (AT_FDCWD, f"/proc/self/cwd/{path}"),
    "root of proc": (AT_FDCWD, f"/proc/self/root{here}/{path}"),
    "thread": (AT_FDCWD, f"/proc/thread-self/cwd/{path}"),
    "link to the directory": (AT_FDCWD, f"to-directory/{name}"),
    "from the directory": (os.open(directory, os.O_PATH), name),
    "in the directory": (AT_FDCWD, name),
    "descriptor of proc": (AT_FDCWD, f"/proc/self/fd/{os.open(directory, os.O_PATH)}/{name}"),
}
if os.path.isdir("bound"):
    spellings["another mount"] = (AT_FDCWD, f"bound/{name}")
if kind == "file":
    spellings["link to the file"] = (AT_FDCWD, "to-file")

tried = {**(reads if "--reads" in sys.argv else {}), **(writes if kind == "file" else {}), **(makes if kind == "absent" else {})}
if kind == "absent" and "--reads" in sys.argv:
    tried.update(new)
by_name = {"rename", "unlink", "link", "chown", "fchmodat2", *makes, *new}  # these mean a last link itself
answers = {}
for operation, attempt in tried.items():
    for spelling, (where, spelled) in spellings.items():
        if spelling == "link to the file" and operation in by_name:
            continue
        os.chdir(directory if spelling == "in the directory" else here)
        try:
            attempt(where, spelled)
            answer = "ok"
        except OSError as error:
            answer = errno.errorcode.get(error.errno, str(error.errno))
        os.chdir(here)
        answers[f"{operation}, {spelling}"] = answer
print(json.dumps(answers))
