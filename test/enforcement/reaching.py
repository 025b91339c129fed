"""What a session inside another may not reach of the one around it.
`hold` keeps open what has no path and prints where it is; `reach PID …` tries to reach it; `serve` and `join` are sockets'; `names` tries to change the
entries by which its grants are known."""
import ctypes, json, os, socket, sys, time

libc = ctypes.CDLL(None, use_errno=True)


def exchange(one, other):
    if libc.renameat2(-100, one.encode(), -100, other.encode(), 2) < 0:
        raise OSError(ctypes.get_errno(), 'renameat2')


def opened(path, flags=os.O_RDONLY):
    os.close(os.open(path, flags))


def by_link(path):
    os.symlink(path, 'work/link')
    try:
        opened('work/link', os.O_RDWR)
    finally:
        os.unlink('work/link')


def from_directory(directory, name):
    fd = os.open(directory, os.O_PATH)
    os.close(os.open(name, os.O_RDWR, dir_fd=fd))


def hold():
    reading, writing = os.pipe()
    memory = os.memfd_create('held')
    gone = os.open('work/gone', os.O_CREAT | os.O_RDWR)
    os.unlink('work/gone')
    print(os.getpid(), reading, writing, memory, gone, flush=True)
    time.sleep(300)


def reaching(process, reading, writing, memory, gone):
    of = f'/proc/{process}'
    return {
        'environment': lambda: opened(f'{of}/environ'),
        'memory': lambda: opened(f'{of}/mem'),
        'memory of a thread': lambda: opened(f'{of}/task/{process}/mem'),
        'map': lambda: opened(f'{of}/maps'),
        'what a descriptor is': lambda: opened(f'{of}/fdinfo/{writing}'),
        'writing end': lambda: opened(f'{of}/fd/{writing}', os.O_WRONLY),
        'reading end': lambda: opened(f'{of}/fd/{reading}', os.O_RDWR),
        'by a thread': lambda: opened(f'{of}/task/{process}/fd/{writing}', os.O_WRONLY),
        'by a link': lambda: by_link(f'{of}/fd/{writing}'),
        'by a directory': lambda: from_directory(f'{of}/fd', writing),
        'file in memory': lambda: opened(f'{of}/fd/{memory}', os.O_RDWR),
        'cutting it': lambda: os.truncate(f'{of}/fd/{memory}', 0),
        'mode': lambda: os.chmod(f'{of}/fd/{memory}', 0o600),
        'file without a name': lambda: opened(f'{of}/fd/{gone}', os.O_RDWR),
    }


def open_to_all(process):
    own = os.memfd_create('own')
    return {
        'state': lambda: opened(f'/proc/{process}/stat'),
        'command line': lambda: opened(f'/proc/{process}/task/{process}/cmdline'),
        'threads': lambda: os.listdir(f'/proc/{process}/task'),
        'own environment': lambda: opened('/proc/self/environ'),
        'own file in memory': lambda: opened(f'/proc/self/fd/{own}', os.O_RDWR),
        'cutting that': lambda: os.truncate(f'/proc/{os.getpid()}/fd/{own}', 0),
    }


def made(path, make):
    make()
    os.unlink(path)


def bound(path):
    socket.socket(socket.AF_UNIX).bind(path)


names = {
    'remove a file': lambda: os.unlink('alone/a'),
    'move it away': lambda: os.rename('alone/b', 'work/b'),
    'put another there': lambda: os.rename('work/file', 'alone/c'),
    'exchange it': lambda: exchange('alone/d', 'work/other'),
    'link it': lambda: os.link('alone/e', 'work/e'),
    'make it anew': lambda: made('alone/missing', lambda: opened('alone/missing', os.O_CREAT | os.O_WRONLY)),
    'make a link of it': lambda: made('alone/missing', lambda: os.symlink('/etc/passwd', 'alone/missing')),
    'make a pipe': lambda: made('alone/missing', lambda: os.mkfifo('alone/missing')),
    'bind it': lambda: made('alone/missing', lambda: bound('alone/missing')),
    'exchange directories': lambda: (exchange('work', 'empty'), exchange('work', 'empty')),
    'remove a directory': lambda: os.rmdir('empty'),
}


def say(attempts):
    said = {}
    for way, attempt in attempts.items():
        try:
            attempt()
            said[way] = 'done'
        except OSError as error:
            said[way] = os.strerror(error.errno)
    print(json.dumps(said))


def address(path):
    """Of a path, or of an abstract name behind an @."""
    return path.replace('@', '\0') if path.startswith('@') else path


def serve(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(address(path))
    server.listen()
    print(path, flush=True)
    time.sleep(300)


def joining(path):
    return lambda: socket.socket(socket.AF_UNIX).connect(address(path))


if sys.argv[1] == 'hold':
    hold()
elif sys.argv[1] == 'serve':
    serve(sys.argv[2])
elif sys.argv[1] == 'join':
    say({path: joining(path) for path in sys.argv[2:]})
elif sys.argv[1] == 'reach':
    say(reaching(*sys.argv[2:]))
elif sys.argv[1] == 'open':
    say(open_to_all(sys.argv[2]))
else:
    say(names)
