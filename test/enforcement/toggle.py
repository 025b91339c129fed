"""Makes a socket wait while the broker connects it, and asks the broker for something else: "ok" once that is answered."""
import fcntl, os, signal, socket

listener = socket.socket(socket.AF_UNIX)
listener.bind("full")
listener.listen(0)
waiting = [socket.socket(socket.AF_UNIX) for _ in range(4)]
for each in waiting:  # until there is no more room
    each.setblocking(False)
    each.connect_ex("full")
joined = socket.socket(socket.AF_UNIX)


def begin(work):
    child = os.fork()
    if child == 0:
        while True:
            work()
    return child


def toggle():
    for flags in os.O_NONBLOCK, 0:
        fcntl.fcntl(joined, fcntl.F_SETFL, os.O_RDWR | flags)


def connect():
    try:
        joined.connect("full")
    except OSError:
        pass


toggling = begin(toggle)
for _ in range(200):
    connecting = begin(connect)
    for _ in range(20):
        try:
            os.unlink("never")
        except FileNotFoundError:
            pass
    os.kill(connecting, signal.SIGKILL)
    os.waitpid(connecting, 0)
os.kill(toggling, signal.SIGKILL)
print("ok")
