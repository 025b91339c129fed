"""A file system that knows its files by other names too, as FAT, NTFS and others do: in any case, with dots behind, by a
short form. Mounts itself, prints "ready" and serves until it is unmounted."""
import ctypes, errno, os, stat, struct, sys, time

mounted, owner = sys.argv[1], int(sys.argv[2])
LOOKUP, FORGET, GETATTR, SETATTR, UNLINK, OPEN, READ, WRITE, STATFS, RELEASE, FLUSH, INIT, OPENDIR, READDIR, RELEASEDIR = (
    1, 2, 3, 4, 10, 14, 15, 16, 17, 18, 25, 26, 27, 28, 29)
files = {1: ("", 0, None), 2: (".env", 1, b"secret"), 3: ("vault", 1, None), 4: ("x.pem", 3, b"secret"), 5: ("plain~1.txt", 1, b"plain"),
         6: ("größe", 1, b"plain")}
shorts = {2: "env~1", 3: "vault~1", 4: "x~1.pem"}
begun = int(time.time()) - 3600


def known_as(number, name):
    own = files[number][0]
    asked = name.lower().rstrip(".").split(":")[0]
    return asked in (own.lower(), shorts.get(number))


def attributes(number):
    content = files[number][2]
    mode = stat.S_IFDIR | 0o755 if content is None else stat.S_IFREG | 0o644
    return struct.pack("<QQQQQQIIIIIIIIII", number, len(content or b""), 1, begun, begun, begun, 0, 0, 0, mode, 0, owner, owner, 0, 4096, 0)  # and counts no links, as some do


def entries(number):
    listed, out = [(".", number), ("..", 1)] + [(files[each][0], each) for each in files if files[each][1] == number], b""
    for place, (name, each) in enumerate(listed):
        text = name.encode()
        entry = struct.pack("<QQII", each, place + 1, len(text), stat.S_IFDIR >> 12 if files[each][2] is None else stat.S_IFREG >> 12) + text
        out += entry + bytes(-len(entry) % 8)
    return out


def answer(operation, number, body):
    if operation == INIT:
        return struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, 0)
    if operation == LOOKUP:
        name = body.split(b"\0")[0].decode()
        for each, (_, parent, _) in files.items():
            if parent == number and known_as(each, name):
                return struct.pack("<QQQQII", each, 0, 0, 0, 0, 0) + attributes(each)
        raise OSError(errno.ENOENT, "")
    if operation in (GETATTR, SETATTR):
        return struct.pack("<QII", 0, 0, 0) + attributes(number)
    if operation in (OPEN, OPENDIR):
        return struct.pack("<QII", 0, 0, 0)
    if operation == READDIR:
        return b"" if struct.unpack_from("<QQ", body)[1] else entries(number)
    if operation == READ:
        _, offset, size = struct.unpack_from("<QQI", body)
        return files[number][2][offset:offset + size]
    if operation == WRITE:
        return struct.pack("<II", struct.unpack_from("<QQI", body)[2], 0)
    if operation in (RELEASE, RELEASEDIR, FLUSH, UNLINK):
        return b""
    if operation == STATFS:
        return struct.pack("<QQQQQIIII24x", 9, 9, 9, 9, 9, 4096, 255, 4096, 0)
    raise OSError(errno.ENOSYS, "")


device = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions".encode()
if ctypes.CDLL(None, use_errno=True).mount(b"aliases", mounted.encode(), b"fuse", 0, options) != 0:
    raise OSError(ctypes.get_errno(), "mount")
print("ready", flush=True)
while True:
    try:
        request = os.read(device, 1 << 20)
    except OSError as error:
        if error.errno == errno.ENODEV:
            break
        continue
    _, operation, unique, number = struct.unpack_from("<IIQQ", request)
    if operation in (FORGET, 42):
        continue
    try:
        error, payload = 0, answer(operation, number, request[40:])
    except OSError as failed:
        error, payload = -failed.errno, b""
    try:
        os.write(device, struct.pack("<IiQ", 16 + len(payload), error, unique) + payload)
    except OSError:
        pass
