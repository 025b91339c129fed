// Unix sockets, ports of loopback and the guard over commands, on the real kernel.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Result, type Sandbox } from './sandbox.ts';

/** Python that sets servers up and stays; `serve` answers each connection with a text. */
const serving = (servers: string) => `import socket, sys, threading, time, os
def serve(s, text):
    s.listen(8)
    def answer():
        while True:
            c, _ = s.accept(); c.send(text.encode()); c.close()
    threading.Thread(target=answer, daemon=True).start()
${servers}
print("ready", flush=True); time.sleep(60)`;

/** Runs Python beside a session: `outside` serves, `inside` is confined; what the inside prints. */
function beside(box: Sandbox, outside: string, flags: readonly string[], inside: string): Result {
  const client = `import socket, sys, os, errno, select, threading, time, signal, asyncio
U, S, Q, D = socket.AF_UNIX, socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM
I4, I6 = socket.AF_INET, socket.AF_INET6
def ask(family, address, kind=S):
    try:
        s = socket.socket(family, kind); s.connect(address); return s.recv(9).decode()
    except OSError as e: return errno.errorcode[e.errno]
def bind(family, address, kind=S):
    try:
        s = socket.socket(family, kind); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(address); s.listen(1); return "ok"
    except OSError as e: return errno.errorcode[e.errno]
${inside}`;
  const line = `exec 3< <(exec python3 -c "$SERVER"); p=$!; read -r <&3; "$0" run -s --no-diagnostics --allow . "$@" -- python3 -c "$CLIENT"; kill $p`;
  return box.outside(['bash', '-c', line, box.nono, ...flags], {
    env: { SERVER: serving(outside), CLIENT: client },
  });
}

const unixServers = (box: Sandbox) => `
for name in ("one", "two", "deep/three"):
    path = "${box.base}/" + name; os.makedirs(os.path.dirname(path), exist_ok=True)
    s = socket.socket(socket.AF_UNIX); s.bind(path); serve(s, name)
q = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); q.bind("${box.base}/packets"); serve(q, "packets")
a = socket.socket(socket.AF_UNIX); a.bind("\\0nono-test-%d" % os.getppid()); serve(a, "abstract")
os.symlink("${box.base}/one", "to-one")`;

const askAll = (box: Sandbox) =>
  `print(*[ask(U, "${box.base}/" + n) for n in ("one", "two", "deep/three")], ask(U, "to-one"), ask(U, "${box.base}/packets", Q), ask(U, "\\0nono-test-%d" % os.getppid()))`;

asEveryone('--allow-unix-socket', (open) => {
  it.each([
    ['nothing', () => [], 'EACCES EACCES EACCES EACCES EACCES'],
    ['one', (box: Sandbox) => ['--allow-unix-socket', join(box.base, 'one')], 'one EACCES EACCES one EACCES'],
    [
      'one for binding',
      (box: Sandbox) => ['--allow-unix-socket-bind', join(box.base, 'one')],
      'EACCES EACCES EACCES EACCES EACCES',
    ],
    [
      'those in a directory',
      (box: Sandbox) => ['--allow-unix-socket-dir', box.base],
      'one two EACCES one packets',
    ],
    [
      'a subtree',
      (box: Sandbox) => ['--allow-unix-socket-subtree', box.base],
      'one two deep/thre one packets',
    ],
    [
      'one, but the network blocked',
      (box: Sandbox) => ['--net-block', '--allow-unix-socket', join(box.base, 'two')],
      'EACCES two EACCES EACCES EACCES',
    ],
  ])('reaches what is named: %s', (_, flags, expected) => {
    const box = open();
    const result = beside(box, unixServers(box), flags(box), askAll(box));
    expect([result.stdout.trim(), result.stderr]).toEqual([
      expect.stringMatching(new RegExp(`^${expected} (EPERM|ECONNREFUSED)$`)),
      '',
    ]);
  });

  it('reaches no server that does what it is told, though a grant covers its socket', () => {
    const box = open();
    const servers = `
for name in ("tmux-1000/default", "ssh-XXab/agent.12", ".X11-unix/X0", "plain"):
    path = "${box.project}/shared/" + name; os.makedirs(os.path.dirname(path), exist_ok=True)
    s = socket.socket(socket.AF_UNIX); s.bind(path); serve(s, "served")`;
    const asked = (name: string) => `ask(U, "shared/${name}")`;
    const inside = `print(${['tmux-1000/default', 'ssh-XXab/agent.12', '.X11-unix/X0', 'plain'].map(asked).join(', ')})`;
    expect(beside(box, servers, [], inside).stdout).toBe('EACCES EACCES EACCES served\n');
    const lifted = ['--bypass-protection', join(box.project, 'shared/tmux-1000')];
    expect(beside(box, '', lifted, 'print(bind(U, "shared/tmux-1000/other"))').stdout).toBe('ok\n');
  });

  it('creates what is named, and connecting is another right', () => {
    const box = open();
    const inside = `print(bind(U, "${box.base}/new"), bind(U, "${box.base}/other"), ask(U, "${box.base}/new"))`;
    expect(beside(box, '', ['--allow-unix-socket-bind', join(box.base, 'new')], inside).stdout).toBe(
      'ok EACCES EACCES\n',
    );
    const subtree = `os.umask(0o77); print(bind(U, "${box.base}/home/s"), bind(U, "${box.base}/tmp/../s"), oct(os.stat("${box.base}/s").st_mode))`;
    expect(beside(box, '', ['--allow-unix-socket-subtree-bind', box.base], subtree).stdout).toBe(
      'ok ok 0o140700\n',
    );
  });

  it('works inside the grants as outside: streams, packets, abstract names, asyncio, a full backlog', () => {
    const box = open();
    const inside = `
def pair(kind, address):
    s = socket.socket(U, kind); s.bind(address); s.listen(1)
    c = socket.socket(U, kind); c.connect(address); a, _ = s.accept(); c.send(b"hello"); return a.recv(9).decode()
print(pair(S, "a.sock"), pair(Q, "b.sock"), pair(S, "\\0nono-inside-%d" % os.getpid()), pair(S, os.environ["TMPDIR"] + "/c"))
async def both():
    server = await asyncio.start_unix_server(lambda r, w: (w.write(b"async"), w.close()), "d.sock")
    r, _ = await asyncio.open_unix_connection("d.sock"); return (await r.read()).decode()
print(asyncio.run(both()))
s = socket.socket(U); s.bind("e.sock"); s.listen(0)
socket.socket(U).connect("e.sock"); held = [socket.socket(U) for _ in range(3)]
threading.Thread(target=lambda: (time.sleep(0.3), [s.accept() for _ in range(4)]), daemon=True).start()
began = time.time()
for each in held: each.connect("e.sock")
print("waited", time.time() - began > 0.2)`;
    expect(beside(box, '', [], inside).stdout).toBe('hello hello hello hello\nasync\nwaited True\n');
  });

  it('goes by what a denied socket is, whatever is granted around it', () => {
    const box = open();
    const inside = `print(ask(U, "one.sock"))`;
    const server = 's = socket.socket(socket.AF_UNIX); s.bind("one.sock"); serve(s, "one")';
    expect(beside(box, server, ['--deny', '*.sock'], inside).stdout).toBe('EACCES\n');
    expect(
      beside(box, server.replaceAll('one.sock', 'two.sock'), [], inside.replace('one', 'two')).stdout,
    ).toBe('one\n');
  });

  it('lets an agent of keys be asked where its socket is granted, and only there', () => {
    const box = open();
    const line =
      'eval "$(ssh-agent -a "$1")" > /dev/null; "$0" run -s --env SSH_AUTH_SOCK "${@:2}" -- ssh-add -l; echo $?; kill $SSH_AGENT_PID';
    const ask = (agent: string, ...flags: string[]) =>
      box.outside(['bash', '-c', line, box.nono, agent, ...flags]).stdout;
    // An agent removes its socket some time after it was told to end.
    const [one, other] = [join(box.base, 'one'), join(box.base, 'other')];
    expect(ask(one)).toBe('2\n'); // no agent to be reached
    expect(ask(other, '--allow-unix-socket', other)).toBe('The agent has no identities.\n1\n');
  });
});

asEveryone('a tmux server outside, by which anything could be typed there', (open) => {
  it('is out of reach, unless its socket is granted', () => {
    const box = open();
    const socket = join(box.base, 'tmux');
    const line = `tmux -f /dev/null -S ${socket} new-session -d cat
for flags in "" "--allow ." "--allow-unix-socket ${socket}"; do
  "$0" run -s --no-diagnostics $flags -- tmux -S ${socket} list-sessions 2>&1
done
tmux -S ${socket} kill-server`;
    const { stdout } = box.outside(['bash', '-c', line, box.nono]);
    const refused = `error connecting to ${socket} (Permission denied)`;
    expect(stdout.split('\n')).toEqual([refused, refused, expect.stringMatching(/^0: 1 windows/), '']);
  });
});

const versions = '/usr/lib/postgresql';
const postgres = (existsSync(versions) ? readdirSync(versions) : [])
  .map((version) => join(versions, version, 'bin'))
  .find((bin) => existsSync(join(bin, 'initdb')));

// No PostgreSQL here: CI installs it.
asEveryone.skipIf(postgres === undefined)('psql', (open) => {
  it('reaches the database whose socket is granted, with the network blocked, and no other', () => {
    const box = open();
    const data = join(box.base, 'database');
    const socket = join(data, '.s.PGSQL.5432');
    // The server does not run as root.
    const as = box.identity.uid === 0 ? 'setpriv --reuid nobody --regid nogroup --clear-groups' : '';
    const line = `mkdir ${data} && { [ -z "${as}" ] || chown nobody ${data}; } && cd / && export LC_ALL=C.UTF-8
${as} ${postgres}/initdb -D ${data}/cluster -A trust -U me --no-sync > /dev/null &&
${as} ${postgres}/pg_ctl -D ${data}/cluster -w -l ${data}/log -o "-k ${data} -c listen_addresses= -c fsync=off" start > /dev/null
cd ${box.project}
for flags in "" "--allow-unix-socket ${socket}"; do
  "$0" run -s --no-diagnostics --net-block --allow . $flags -- psql -h ${data} -U me -Atc 'select 6 * 7' postgres 2>&1
done
${as} ${postgres}/pg_ctl -D ${data}/cluster -m immediate stop > /dev/null`;
    const { stdout, stderr } = box.outside(['bash', '-c', line, box.nono]);
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^psql: .*Permission denied[\s\S]*\n42\n$/), '']);
  });
});

/** Receives datagrams outside, and writes down which server got what. */
const datagramServers = (box: Sandbox) => `
def receive(name):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind("${box.base}/" + name)
    def take():
        while True:
            text, control, flags, peer = s.recvmsg(9999, 999); open("got", "a").write("%s %s %d\\n" % (name, text.decode()[:20], len(control)))
    threading.Thread(target=take, daemon=True).start()
receive("log"); receive("other")
os.symlink("${box.base}/log", "to-log"); os.symlink("${box.base}/other", "to-other")`;

/** Every way to send a datagram to a path, with what came of it. */
const sendAll = (box: Sandbox) => `
import array, ctypes
def code(f):
    try: f(); return "ok"
    except OSError as e: return errno.errorcode[e.errno]
def connected(path):
    s = socket.socket(U, D); s.connect(path); s.send(b"connected")
def mmsg(path):
    class Iov(ctypes.Structure): _fields_ = [("base", ctypes.c_char_p), ("len", ctypes.c_size_t)]
    class Msg(ctypes.Structure): _fields_ = [("name", ctypes.c_char_p), ("namelen", ctypes.c_uint), ("iov", ctypes.POINTER(Iov)), ("iovlen", ctypes.c_size_t), ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int), ("pad", ctypes.c_int), ("sent", ctypes.c_uint)]
    address = (1).to_bytes(2, "little") + path.encode() + bytes(1)
    m = (Msg * 2)(*[Msg(address, len(address), ctypes.pointer(Iov(b"mmsg", 4)), 1, None, 0)] * 2)
    s = socket.socket(U, D); libc = ctypes.CDLL(None, use_errno=True)
    done = libc.sendmmsg(s.fileno(), m, 2, 0)
    if done < 0: raise OSError(ctypes.get_errno(), "")
    assert done in (1, 2) and m[0].sent == 4
def paired(path):
    a, b = socket.socketpair(U, D); a.sendto(b"paired", path)
ways = dict(connected=connected, to=lambda p: socket.socket(U, D).sendto(b"to", p), message=lambda p: socket.socket(U, D).sendmsg([b"mess", b"age"], [], 0, p),
    descriptor=lambda p: socket.socket(U, D).sendmsg([b"descriptor"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))], 0, p), mmsg=mmsg, paired=paired)
for path in ("${box.base}/log", "to-log", "${box.base}/other", "to-other"):
    print(*[code(lambda: way(path)) for way in ways.values()])`;

asEveryone('Unix datagrams', (open) => {
  it('go to the server that is granted and to no other, whichever way they are sent', () => {
    const box = open();
    const flags = ['--allow-unix-socket', join(box.base, 'log')];
    const { stdout, stderr } = beside(box, datagramServers(box), flags, sendAll(box));
    const [all, none] = ['ok', 'EACCES'].map((word) => Array(6).fill(word).join(' '));
    expect([stdout, stderr]).toEqual([`${all}\n${all}\n${none}\n${none}\n`, '']);
    const got = readFileSync(join(box.project, 'got'), 'utf8').trim().split('\n');
    expect([...new Set(got)].sort()).toEqual(
      ['connected 0', 'descriptor 1', 'message 0', 'mmsg 0', 'paired 0', 'to 0'].map((line) => `log ${line}`),
    );
  });

  it('are closed where no server of them is granted', () => {
    const box = open();
    const inside = 'print(ask(U, "x", D), bind(U, "mine", D))';
    expect(beside(box, datagramServers(box), [], inside).stdout).toBe('EACCES EACCES\n');
    const streams = beside(box, unixServers(box), ['--allow-unix-socket', join(box.base, 'one')], inside);
    expect(streams.stdout).toBe('EACCES EACCES\n');
  });

  it('are received and answered inside the write grants', () => {
    const box = open();
    const inside = `
s = socket.socket(U, D); s.bind("server"); c = socket.socket(U, D); c.bind("client")
c.sendto(b"hello", "server"); text, peer = s.recvfrom(99); s.sendto(text + b" back", peer); print(c.recv(99).decode())
a, b = socket.socketpair(U, D); a.send(b"pair"); print(b.recv(9).decode())
import logging.handlers; log = logging.getLogger(); log.addHandler(logging.handlers.SysLogHandler("server")); log.warning("logged"); print(s.recv(99).decode().strip("\\0"))`;
    const flags = ['--allow-unix-socket-bind', join(box.base, 'mine')];
    expect(beside(box, '', flags, inside).stdout).toBe('hello back\npair\n<12>logged\n');
  });

  it('leave every other message as it was: descriptors, long streams, full ones, closed ones, UDP', () => {
    const box = open();
    const inside = `
a, b = socket.socketpair(); r, w = os.pipe(); socket.send_fds(a, [b"x"], [w]); _, (got,), *_ = socket.recv_fds(b, 9, 1); os.write(got, b"passed"); print(os.read(r, 9).decode())
long = os.urandom(3 << 20); parts = []
def read():
    while sum(map(len, parts)) < len(long): parts.append(b.recv(1 << 16))
t = threading.Thread(target=read); t.start(); sent = 0
while sent < len(long): sent += a.sendmsg([long[sent:sent + 7], long[sent + 7:]])
t.join(); print(b"".join(parts) == long)
a.setblocking(False)
try:
    while True: a.sendmsg([bytes(1 << 16)])
except BlockingIOError: print("full")
a.setblocking(True)
class Rung(Exception): pass
def ring(*_): raise Rung()
signal.signal(signal.SIGALRM, ring); signal.alarm(1)
try: a.sendmsg([bytes(1 << 16)])
except Rung: print("rung")
u = socket.socket(I4, D); u.bind(("127.0.0.1", 0)); v = socket.socket(I4, D); v.sendto(b"udp", u.getsockname()); print(u.recv(9).decode())
v.sendmsg([b"u", b"dp"], [], 0, u.getsockname()); print(u.recv(9).decode())
try: a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, (999).to_bytes(4, "little"))])
except OSError as e: print(errno.errorcode[e.errno])
b.close()
try: a.sendmsg([b"x"])
except BrokenPipeError: print("broken")
if os.fork() == 0: signal.signal(signal.SIGPIPE, signal.SIG_DFL); a.sendmsg([b"x"]); os._exit(0)
print(os.waitstatus_to_exitcode(os.wait()[1]))`;
    const flags = ['--allow-unix-socket-bind', join(box.base, 'mine')];
    const { stdout, stderr } = beside(box, '', flags, inside);
    expect([stdout, stderr]).toEqual(['passed\nTrue\nfull\nrung\nudp\nudp\nEBADF\nbroken\n-13\n', '']);
  });
});

const twoPorts = `
def tcp(family, host, port, text):
    s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((host, port)); serve(s, text); return s.getsockname()[1]
first = tcp(socket.AF_INET, "127.0.0.1", 0, "first"); tcp(socket.AF_INET6, "::1", first, "sixth"); second = tcp(socket.AF_INET, "127.0.0.1", 0, "second")
open("ports", "w").write("%d %d" % (first, second))`;

asEveryone('--allow-port and --listen-port', (open) => {
  /** The port is known only once the server listens, so the flags come from the file that it writes. */
  const withPorts = (box: Sandbox, inside: string, served = '') =>
    box.outside(
      [
        'bash',
        '-c',
        `exec 3< <(exec python3 -c "$SERVER"); p=$!; read -r <&3; read -r a b < ports; "$0" run -s --no-diagnostics --allow . --allow-port $a ${served} -- python3 -c "$CLIENT" $a $b; kill $p`,
        box.nono,
      ],
      {
        env: {
          SERVER: serving(twoPorts),
          CLIENT: `import socket, sys, os, errno, select, threading, time, signal
S, D, I4, I6 = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.AF_INET, socket.AF_INET6
a, b = int(sys.argv[1]), int(sys.argv[2])
def code(f):
    try: return f()
    except OSError as e: return errno.errorcode[e.errno]
def ask(family, address, kind=S):
    def go():
        s = socket.socket(family, kind); s.connect(address); return s.recv(9).decode()
    return code(go)
def bind(family, address):
    def go():
        s = socket.socket(family); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(address); s.listen(1); return s.getsockname()[0]
    return code(go)
${inside}`,
        },
      },
    );

  it("reach loopback's port in every spelling, and nothing else", () => {
    const inside = `
print(ask(I4, ("127.0.0.1", a)), ask(I4, ("127.9.9.9", a)), ask(I4, ("0.0.0.0", a)), ask(I6, ("::1", a)), ask(I6, ("::ffff:127.0.0.1", a)))
print(ask(I4, ("127.0.0.1", b)), ask(I4, ("10.0.0.1", a)), ask(I6, ("::ffff:10.0.0.1", a)), ask(I6, ("fe80::1", a)), ask(I4, ("127.0.0.1", a), D))
print(code(lambda: socket.socket(I4, S, 262)), code(lambda: socket.socket(I4, socket.SOCK_RAW, 1)), code(lambda: socket.socket().sendto(b"x", 0x20000000, ("127.0.0.1", b))))`;
    expect(withPorts(open(), inside).stdout).toBe(
      'first ECONNREFUSED first sixth first\nEACCES EACCES EACCES EACCES EACCES\nEACCES EACCES ENOTSUP\n',
    );
  });

  it('lead nowhere else by a device, a route through other machines, or a group that is joined', () => {
    const script = `import errno, socket, struct
options = [
    (socket.AF_INET, 1, 25, b"lo\\0"), (socket.AF_INET6, 1, 62, struct.pack("i", 1)),
    (socket.AF_INET6, 41, 57, struct.pack("BBBBBBH", 0, 4, 4, 1, 1, 0, 0) + bytes(15) + b"\\1" + bytes(15) + b"\\2"),
    (socket.AF_INET, 0, 4, bytes([1, 7, 3, 4])), (socket.AF_INET6, 0, 50, struct.pack("!i", 0)), (socket.AF_INET6, 41, 76, struct.pack("!i", 0)),
    (socket.AF_INET, 6, 1, struct.pack("i", 1)), (socket.AF_INET, 0, 1, struct.pack("i", 8)), (socket.AF_INET6, 41, 26, struct.pack("i", 1)),
]
for family, *option in options:
    try: socket.socket(family).setsockopt(*option); print("set", end=" ")
    except OSError as error: print(errno.errorcode[error.errno], end=" ")`;
    const box = open();
    const all = ['set', 'set', 'set', 'set', 'set', 'set', 'set', 'set', 'set'];
    expect(box.outside(['python3', '-c', script]).stdout.trim().split(' ')).toEqual(all);
    const { stdout } = box.run(['run', '-s', '--allow-port', '5432', '--', 'python3', '-c', script]);
    expect(stdout.trim().split(' ')).toEqual([...Array(6).fill('EPERM'), 'set', 'set', 'set']);
  });

  it('connect without waiting, poll, and say how it went, as outside', () => {
    const inside = `
s = socket.socket(); s.setblocking(False)
first = s.connect_ex(("127.0.0.1", a)); p = select.poll(); p.register(s, select.POLLOUT); p.poll(2000)
print(first in (0, errno.EINPROGRESS), s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), s.connect_ex(("127.0.0.1", a)) in (0, errno.EISCONN))
s.setblocking(True); print(s.recv(9).decode(), s.getpeername()[1] == a, s.getsockname()[0])
t = socket.socket(); t.settimeout(2); t.connect(("127.0.0.1", a)); print(t.recv(9).decode())`;
    expect(withPorts(open(), inside).stdout).toBe('True 0 True\nfirst True 127.0.0.1\nfirst\n');
  });

  it('do not let a slow connection hold up anything, and a signal ends its wait', () => {
    const inside = `
l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); l.bind(("127.0.0.1", 38127)); l.listen(0)
full = [socket.socket() for _ in range(4)]
for f in full: f.setblocking(False); f.connect_ex(("127.0.0.1", 38127))
def slow():
    s = socket.socket(); s.connect(("127.0.0.1", 38127))
threading.Thread(target=slow, daemon=True).start(); time.sleep(0.2)
began = time.time(); open("made", "w").close(); os.rename("made", "moved"); print("free", time.time() - began < 1)
class Rung(Exception): pass
def ring(*_): raise Rung()
signal.signal(signal.SIGALRM, ring); signal.alarm(1)
try: socket.socket().connect(("127.0.0.1", 38127)); print("connected")
except Rung: print("rung", time.time() - began < 5)`;
    expect(withPorts(open(), inside, '--allow-port 38127 --listen-port 38127').stdout).toBe(
      'free True\nrung True\n',
    );
  });

  it('serve a port on loopback alone, and no other', () => {
    const inside = `
print(bind(I4, ("127.0.0.1", 38124)), bind(I4, ("0.0.0.0", 38124)), bind(I6, ("::1", 38124)), bind(I6, ("::", 38124)))
print(bind(I4, ("127.0.0.1", 38125)), bind(I4, ("127.0.0.1", 0)), bind(I4, ("192.0.2.1", 38124)), code(lambda: socket.socket().listen(1)))`;
    expect(withPorts(open(), inside, '--listen-port 38124').stdout).toBe(
      '127.0.0.1 127.0.0.1 ::1 ::ffff:127.0.0.1\nEACCES EACCES EACCES EACCES\n',
    );
  });

  it("serve Python's and node's servers as their users start them", () => {
    const box = open();
    box.file(join(box.project, 'page'), 'served');
    const node = `require('http').createServer((q, r) => r.end('node')).listen(38126, () => fetch('http://localhost:38126').then((r) => r.text()).then((t) => { console.log(t); process.exit() }))`;
    const flags = ['run', '-s', '--allow', '.', '--listen-port', '38126', '--allow-port', '38126', '--'];
    expect(box.run([...flags, 'node', '-e', node]).stdout).toBe('node\n');
    const python = `python3 -m http.server 38126 2>/dev/null & for i in {1..50}; do exec 3<>/dev/tcp/127.0.0.1/38126 && break; sleep 0.1; done 2>/dev/null; printf 'GET /page HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3`;
    expect(box.run([...flags, 'bash', '-c', python]).stdout).toBe('served');
  });
});

asEveryone('the guard over commands', (open) => {
  const flags = ['run', '-s', '--no-diagnostics', '--allow', '.', '--'];

  it.each([
    ['by name', 'rm f'],
    ['by path', '/bin/rm f'],
    ['by another spelling', '/usr/./bin/../bin/rm f'],
    ['through a shell', "sh -c 'rm f'"],
    ['through env', 'env rm f'],
    ['through xargs', 'echo f | xargs rm'],
    ['through find', 'find f -exec rm {} +'],
    ['through Python', `python3 -c 'import subprocess, sys; sys.exit(subprocess.call(["rm", "f"]))'`],
    ['through a link', 'ln -s /bin/rm remove && ./remove f'],
    ['under its name', 'cp /bin/ls rm && ./rm f'],
    ['under a link of its name, as a program of many names has it', 'ln -s /bin/ls rm && ./rm f'],
    ['from a descriptor', `python3 -c 'import os; os.execve(os.open("/bin/rm", os.O_PATH), ["x", "f"], {})'`],
  ])('stops a blocked command: %s', (_, line) => {
    const box = open();
    const result = box.run([...flags, 'bash', '-c', `echo > f; ${line}; echo $?; ls f`]);
    expect(result.stdout).toMatch(/^\d+\nf\n$/);
    expect(result.stdout).not.toMatch(/^0\n/);
    expect(result.stderr).toMatch(/nono: rm destroys files, and is blocked here\. .*--allow-command rm/);
  });

  it('says so once, where a shell tries every directory of its search path', () => {
    const { stderr } = open().run([...flags, 'sh', '-c', 'rm x']);
    expect(stderr.match(/nono: rm/g)).toHaveLength(1);
  });

  it('lets one go that is allowed, and blocks one more', () => {
    const box = open();
    const words = [
      'run',
      '-s',
      '--no-diagnostics',
      '--allow',
      '.',
      '--allow-command',
      'rm',
      '--block-command',
      'touch',
    ];
    const result = box.run([
      ...words,
      '--',
      'sh',
      '-c',
      'echo > f; rm f && echo gone; touch g; ls; chmod 600 .',
    ]);
    expect(result.stdout).toBe('gone\n');
    expect(result.stderr).toMatch(/nono: touch is blocked by --block-command/);
    expect(result.stderr).toMatch(/nono: chmod/);
  });

  it.each([
    'dd',
    'shred',
    'mkfs.ext4',
    'chmod',
    'chown',
    'sudo',
    'su',
    'mount',
    'systemctl',
    'reboot',
  ])('blocks %s', (name) => {
    const box = open();
    box.file(join(box.project, `bin/${name}`), '#!/bin/sh\necho ran\n', 0o755);
    const { stdout } = box.run([...flags, 'sh', '-c', `bin/${name} || echo stopped`]);
    expect(stdout).toBe('stopped\n');
  });

  it.each(['npm', 'node', 'pip', 'cp', 'mv', 'git', 'make', 'gcc', 'kill'])('does not block %s', (name) => {
    const box = open();
    box.file(join(box.project, `bin/${name}`), '#!/bin/sh\necho ran\n', 0o755);
    expect(box.run([...flags, 'sh', '-c', `bin/${name}`]).stdout).toBe('ran\n');
  });

  it('waits for no reader of its message', () => {
    const box = open();
    const line = `exec 4> >(sleep 30 & echo $!); for i in {1..3}; do (rm x) 2>&4 & done; sleep 0.5; echo made > f; cat f; kill %% 2>/dev/null; exit 0`;
    expect(box.run([...flags, 'bash', '-c', line]).stdout).toContain('made');
  });
});
