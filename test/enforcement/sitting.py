"""Terminals of a session inside another: `sitting.py make` makes one and sits at it, `sitting.py try PATH` opens one by
name, `sitting.py keep` makes one, prints its name, and waits; `sitting.py under COMMAND` starts a command that sits at one, and `sitting.py own` opens the one it sits at."""
import errno, os, pty, sys, time


def opened(path):
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))
        return 'done'
    except OSError as error:
        return errno.errorcode[error.errno]


def make():
    child, master = pty.fork()
    if child == 0:
        print(opened(os.ttyname(0)), opened('/dev/tty'), flush=True)
        os._exit(0)
    said = os.read(master, 100).decode().strip()
    other, end = os.openpty()
    print(said, opened(os.ttyname(end)))


def keep():
    master, end = os.openpty()
    print(os.ttyname(end), flush=True)
    time.sleep(300)


def under():
    child, master = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    said = b''
    try:
        while more := os.read(master, 100):
            said += more
    except OSError:
        pass
    print(said.decode().replace('\r', ''), end='')


ways = {
    'make': make,
    'keep': keep,
    'try': lambda: print(opened(sys.argv[2])),
    'own': lambda: print(opened(os.ttyname(0))),
    'under': under,
}
ways[sys.argv[1]]()
