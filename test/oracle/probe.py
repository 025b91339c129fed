# Performs each request of standard input (JSON) and prints its errno, 0 for success.
import json, os, socket, stat, sys

def opened(path, flags): os.close(os.open(path, flags, 0o644))

def execute(path):
    child = os.fork()
    if child == 0:
        try: os.execv(path, [path])
        except OSError as error: os._exit(error.errno)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def join(op, q):
    if 'path' in q: family, address = socket.AF_UNIX, q['path']
    else: family, address = socket.AF_INET6 if ':' in q['host'] else socket.AF_INET, (q['host'], q['port'])
    with socket.socket(family) as s: (s.connect if op == 'connect' else s.bind)(address)

def perform(q):
    op, path = q['op'], q.get('path')
    if op == 'read': opened(path, os.O_RDONLY)
    elif op == 'list': opened(path, os.O_RDONLY | os.O_DIRECTORY)
    elif op in ('write', 'create'): opened(path, os.O_WRONLY | os.O_CREAT)
    elif op == 'readwrite': opened(path, os.O_RDWR | os.O_CREAT)
    elif op == 'truncate': os.truncate(path, 0)
    elif op == 'chmod': os.chmod(path, stat.S_IMODE(os.stat(path).st_mode))
    elif op == 'rename': os.rename(path, q['to'])
    elif op == 'link': os.link(path, q['to'], follow_symlinks=False)
    elif op == 'symlink': os.symlink('anything', path)
    elif op == 'mkdir': os.mkdir(path)
    elif op == 'execute': return execute(path)
    elif op == 'delete': (os.rmdir if stat.S_ISDIR(os.lstat(path).st_mode) else os.unlink)(path)
    else: join(op, q)
    return 0

for q in json.load(sys.stdin):
    try: result = perform(q)
    except OSError as error: result = error.errno if error.errno else -1
    print(result)
