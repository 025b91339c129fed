"""What a session inside another may do: `inside.py prepare|try DIRECTORY`, each way with files of its own;
`inside.py serve`, which prints its port, `inside.py connect PORT` and `inside.py listen`."""
import ctypes, json, os, socket, subprocess, sys

verb, at = sys.argv[1], (sys.argv + [''])[2]
libc = ctypes.CDLL(None, use_errno=True)


def path(name):
    return os.path.join(at, name)


def listening(name):
    server = socket.socket(socket.AF_UNIX)
    server.bind(path(name))
    server.listen()
    return server


def connecting(name):
    socket.socket(socket.AF_UNIX).connect(path(name))


def held(name):
    """A name that is held gives no more than the name."""
    fd = os.open(path(name), os.O_PATH)
    os.close(os.open(f'/proc/self/fd/{fd}', os.O_WRONLY))


def below(name):
    fd = os.open(at, os.O_PATH | os.O_DIRECTORY)
    os.close(os.open(name, os.O_WRONLY | os.O_APPEND, dir_fd=fd))


def legacy(name):
    if libc.creat(path(name).encode(), 0o644) < 0:
        raise OSError(ctypes.get_errno(), 'creat')


def exchanged(name):
    open(f'work/other-{at}-{name}', 'w').close()
    if libc.renameat2(-100, path(name).encode(), -100, f'work/other-{at}-{name}'.encode(), 2) < 0:
        raise OSError(ctypes.get_errno(), 'renameat2')


def moved_in(name):
    open(f'work/from-{at}-{name}', 'w').close()
    os.rename(f'work/from-{at}-{name}', path('new-' + name))


def linked_in(name):
    open(f'work/linked-{at}-{name}', 'w').close()
    os.link(f'work/linked-{at}-{name}', path('new-' + name))


ways = {
    'read': lambda name: open(path(name)).read(),
    'list': lambda name: os.listdir(at),
    'write': lambda name: open(path(name), 'r+').write('x'),
    'append': lambda name: open(path(name), 'a').write('x'),
    'cut': lambda name: open(path(name), 'w').write('x'),
    'creat': legacy,
    'create': lambda name: open(path('new-' + name), 'w'),
    'create exclusively': lambda name: os.open(path('new-' + name), os.O_CREAT | os.O_EXCL | os.O_WRONLY),
    'create a program': lambda name: os.open(path('new-' + name), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o755),
    'create without a name': lambda name: os.open(at, os.O_TMPFILE | os.O_RDWR),
    'through what is held': held,
    'below what is held': below,
    'by the working directory': lambda name: open(f'/proc/self/cwd/{path(name)}', 'a'),
    'by a way round': lambda name: open(f'work/../{path(name)}', 'a'),
    'make a directory': lambda name: os.mkdir(path('new-' + name)),
    'make a pipe': lambda name: os.mkfifo(path('new-' + name)),
    'make a link': lambda name: os.symlink('/etc/passwd', path('new-' + name)),
    'delete': lambda name: os.unlink(path(name)),
    'rename': lambda name: os.rename(path(name), path('new-' + name)),
    'move out': lambda name: os.rename(path(name), f'work/out-{at}-{name}'),
    'move in': moved_in,
    'exchange': exchanged,
    'link out': lambda name: os.link(path(name), f'work/out-{at}-{name}'),
    'link in': linked_in,
    'truncate': lambda name: os.truncate(path(name), 1),
    'mode': lambda name: os.chmod(path(name), 0o600),
    'owner': lambda name: os.chown(path(name), os.getuid(), os.getgid()),
    'times': lambda name: os.utime(path(name), (1, 1)),
    'attribute': lambda name: os.setxattr(path(name), 'user.x', b'x'),
    'connect': lambda name: connecting('socket'),
    'bind': lambda name: listening('new-' + name),
    'execute': lambda name: subprocess.run([path(name)]),
}


def say(attempt):
    try:
        print(attempt())
    except OSError as error:
        print(os.strerror(error.errno))


if verb == 'serve':
    server = socket.create_server(('127.0.0.1', 0))
    print(server.getsockname()[1], flush=True)
    while True:
        server.accept()[0].sendall(b'served')
elif verb == 'connect':
    say(lambda: socket.create_connection(('127.0.0.1', int(at))).recv(9).decode())
elif verb == 'listen':
    say(lambda: socket.socket().listen())
elif verb == 'prepare':
    os.makedirs(at, exist_ok=True)
    for number, way in enumerate(ways):
        with open(path(f'file-{number}'), 'w') as file:
            file.write('#!/bin/sh\nexit 0\n')
        os.chmod(path(f'file-{number}'), 0o755)
    server = listening('socket')
    if os.fork() == 0:
        while True:
            server.accept()
else:
    said = {}
    for number, (way, attempt) in enumerate(ways.items()):
        try:
            attempt(f'file-{number}')
            said[way] = 'done'
        except OSError as error:
            said[way] = os.strerror(error.errno)
    print(json.dumps(said))
