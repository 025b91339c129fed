"""Begins sessions by hand, as nobody but nono's launcher should: `registering.py WAY`, which prints what became of it."""
import ctypes, errno, os, struct, sys, threading, time, zlib

libc = ctypes.CDLL(None, use_errno=True)
BEGIN = 0x6E6F6E01


def record(tag, payload):
    return struct.pack('<II', tag, len(payload)) + payload


def program(*more):
    records = [record(1, struct.pack('<QI', 0, 16))] + [record(2, struct.pack('<QQQ', 4, 0, 0))] * 3
    records += [record(4, struct.pack('<HBBI', 6, 0, 0, 0x7FFF0000)), record(5, b'/bin/true\0'), record(6, b'true\0')]
    records += more
    body = b''.join(records)
    text = b'NONO' + struct.pack('<HHI', 4, 0, 12 + len(body) + 4) + body
    return text + struct.pack('<I', zlib.crc32(text))


def rule(path, access, layers=7, flags=1):
    return record(3, struct.pack('<QII', access, layers, flags) + path + b'\0')


def deny(path, flags=3):
    return record(12, struct.pack('<I', flags) + path + b'\0')


everything = rule(b'/', 0x7FFF)


def begin(text, length=None, address=None):
    given = ctypes.c_char_p(text) if address is None else ctypes.c_void_p(address)
    done = libc.syscall(444, given, ctypes.c_size_t(len(text) if length is None else length), ctypes.c_uint(BEGIN))
    return 'begun' if done >= 0 else errno.errorcode[ctypes.get_errno()]


def attempt(do):
    try:
        do()
        return 'done'
    except OSError as error:
        return errno.errorcode[error.errno]


def child(do):
    """What a child says that goes on living; it ends with the pipe that is returned."""
    says, ends = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(ends[1])
        os.write(says[1], str(do()).encode())
        os.read(ends[0], 1)
        os._exit(0)
    os.close(ends[0])
    return os.read(says[0], 100).decode(), ends[1]


def once(do):
    said, end = child(do)
    os.close(end)
    os.wait()
    return said


def in_thread(do):
    said = []
    thread = threading.Thread(target=lambda: said.append(do()))
    thread.start()
    thread.join()
    return said[0]


def make():
    os.close(os.open('file', os.O_CREAT | os.O_WRONLY))


def nonsense():
    whole = program(everything)
    long_path = b'/' + b'a/' * 2048
    ways = {
        'nothing': b'',
        'no program': b'x' * 100,
        'cut': whole[:-1],
        'longer than it says': whole + b'x',
        'too long': whole + bytes(1 << 20),
        'an endless path': program(everything, deny(long_path)),
        'a glob of too many names': program(everything, deny(b'/**' * 64, 19)),
        'too many denied names': program(everything, *[deny(b'/a' * 1000 + b'%d' % i) for i in range(17)]),
        'too many denied bytes': program(everything, *[deny(b'/' + b'a' * 4000) for i in range(33)]),
    }
    for way, text in ways.items():
        print(way, once(lambda: [begin(text), attempt(make)]))
    print('unreadable', once(lambda: [begin(whole, len(whole), 4096), attempt(make)]))
    print('in a thread', once(lambda: [in_thread(lambda: begin(whole)), attempt(make)]))
    print('twice', once(lambda: [begin(whole), begin(whole), attempt(make)]))
    print('granted to others alone', once(lambda: [begin(program(rule(b'/', 0x7FFF, 5))), attempt(make)]))
    print('granted as a file', once(lambda: [begin(program(rule(b'/', 0x7FFF, 7, 0))), attempt(make)]))
    print('without grants', once(lambda: [begin(program()), attempt(make)]))


def crowd():
    """As many as there may be; and when they are over there is room again, but nothing for what they left behind."""
    whole = program(everything)

    def leaving():
        """Begins, and leaves a child that is asked afterwards."""
        said = begin(whole)
        if os.fork() == 0:
            while not os.path.exists('go'):
                time.sleep(0.02)
            os.write(out[1], attempt(make).encode())
            os._exit(0)
        return said

    out = os.pipe()
    first = once(leaving)
    said = [child(lambda: begin(whole)) for _ in range(33)]
    print(first, said[31][0], said[32][0])
    for _, end in said:
        os.close(end)
    for _ in said:
        os.wait()
    print(once(lambda: begin(whole)))
    os.close(os.open('go', os.O_CREAT | os.O_WRONLY))
    print(os.read(out[0], 100).decode(), attempt(make))


def bare():
    os.chdir(os.environ['TMPDIR'])
    change = lambda: os.chmod('.', 0o700)
    print(once(lambda: [begin(program()), attempt(make), attempt(change)]), attempt(make))


{'nonsense': nonsense, 'crowd': crowd, 'bare': bare}[sys.argv[1]]()
