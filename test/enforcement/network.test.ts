// The network in both modes, by every entry that the kernel has. `outside` shows which of them work here at all.
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asEveryone } from './sandbox.ts';

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG] = [1, 2, 10, 16, 17, 40, 38].map(
  String,
) as string[];
const [STREAM, DGRAM, RAW, SEQPACKET] = ['1', '2', '3', '5'];
const MPTCP = '262';
const SYS = { socket: 41, connect: 42, io_uring_setup: 425, socketpair: 53, bind: 49 } as const;

describe.runIf(process.arch === 'x64')('raw entries', () => {
  asEveryone('x86_64', (open) => {
    it.each([
      ['x32', String(0x40000000 + SYS.socket), 'ENOSYS'],
      [
        'a number with its upper half set',
        `0x100000000${SYS.socket.toString(16)}`.replace('000000000', '0000000'),
        'EACCES',
      ],
    ])('refuses socket() through %s', (_, number, expected) => {
      const words = ['syscall', number as string, AF_INET as string, STREAM as string, '0'];
      expect(open().probed(['--net-block'], words)).toBe(expected);
    });

    it('ignores the upper half of an argument as the kernel does', () => {
      const words = ['syscall', String(SYS.socket), `0xffffffff0000000${AF_INET}`, STREAM as string, '0'];
      const box = open();
      expect(box.probed(['--net-block'], words)).toBe('EACCES');
      expect(box.outside([box.probe, ...words]).stdout.trim()).toBe('ok');
    });

    it('ends a program that uses the 32-bit entry', () => {
      const box = open();
      const result = box.run(['run', '-s', '--', box.probe, 'socket-i386']);
      expect(result.code).toBe(128 + 31);
    });
  });
});

asEveryone('--net-block', (open) => {
  it.each([
    ['TCP', [AF_INET, STREAM]],
    ['TCP over IPv6', [AF_INET6, STREAM]],
    ['UDP and DNS', [AF_INET, DGRAM]],
    ['UDP over IPv6', [AF_INET6, DGRAM]],
    ['ICMP', [AF_INET, DGRAM, '1']],
    ['MPTCP', [AF_INET, STREAM, MPTCP]],
    ['netlink', [AF_NETLINK, RAW, '0']],
    ['raw', [AF_INET, RAW, '1']],
    ['packet', [AF_PACKET, RAW]],
    ['vsock', [AF_VSOCK, STREAM]],
    ['the crypto API', [AF_ALG, SEQPACKET]],
    ['Unix datagrams', [AF_UNIX, DGRAM]],
  ])('closes %s', (_, words) => {
    expect(open().probed(['--net-block'], ['socket', ...(words as string[])])).toBe('EACCES');
  });

  it('closes io_uring', () => {
    expect(open().probed(['--net-block'], ['syscall', String(SYS.io_uring_setup), '1', '0'])).toBe('ENOSYS');
  });

  it('leaves socketpair() of streams and packets, not of datagrams', () => {
    const box = open();
    expect(box.probed(['--net-block'], ['socketpair', STREAM as string])).toBe('ok');
    expect(box.probed(['--net-block'], ['socketpair', SEQPACKET as string])).toBe('ok');
    expect(box.probed(['--net-block'], ['socketpair', String(1 | 0x80000)])).toBe('ok');
    expect(box.probed(['--net-block'], ['socketpair', DGRAM as string])).toBe('EACCES');
    expect(box.probed(['--net-block'], ['socketpair', RAW as string])).toBe('EACCES');
  });

  it('refuses a network socket as standard input', () => {
    const box = open();
    const handOver = `
import os, socket, sys
listener = socket.socket(); listener.bind(('127.0.0.1', 0)); listener.listen()
client = socket.create_connection(listener.getsockname())
os.dup2(client.fileno(), 0)
os.execv(sys.argv[1], sys.argv[1:])`;
    const result = box.outside([
      '/usr/bin/python3',
      '-c',
      handOver,
      box.nono,
      'run',
      '-s',
      '--net-block',
      '--',
      'true',
    ]);
    expect(result.code).toBe(125);
    expect(result.stderr).toContain('standard input is a socket');
    const open_ = box.outside(['/usr/bin/python3', '-c', handOver, box.nono, 'run', '-s', '--', 'true']);
    expect(open_.code).toBe(0);
  });
});

asEveryone('an open network', (open) => {
  let server: Server;
  let port = 0;
  beforeAll(async () => {
    server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => server.close());

  it('reaches TCP, and does not with --net-block', async () => {
    const box = open();
    const script = `import socket; print(socket.create_connection(('127.0.0.1', ${port})).recv(9).decode())`;
    const started = (flags: string[]) => {
      const child = box.start(['run', '-s', ...flags, '--', '/usr/bin/python3', '-c', script], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return new Promise<string>((resolve) => {
        let text = '';
        child.stdout?.on('data', (chunk) => {
          text += chunk;
        });
        child.on('close', (code) => resolve(`${code} ${text}`));
      });
    };
    expect(await started([])).toBe('0 hello\n');
    expect(await started(['--net-block'])).toBe('1 ');
  });

  it('leaves internet families and route netlink, and no other', () => {
    const box = open();
    const probe = (...words: (string | undefined)[]) => box.probed([], ['socket', ...(words as string[])]);
    expect(probe(AF_INET, DGRAM)).toBe('ok');
    expect(probe(AF_INET6, STREAM)).toBe('ok');
    expect(probe(AF_NETLINK, RAW, '0')).toBe('ok');
    expect(probe(AF_NETLINK, RAW, '9')).toBe('EAFNOSUPPORT');
    for (const family of [AF_PACKET, AF_VSOCK, AF_ALG])
      expect([family, probe(family, DGRAM)]).toEqual([family, 'EAFNOSUPPORT']);
  });

  it('reaches no Unix socket outside the write grants, by stream, datagram or pair', async () => {
    const box = open();
    const [inside, outside] = [join(box.project, 'service'), join(box.home, 'service')];
    const service = [inside, outside].map(() => createServer(() => {}));
    for (const [index, path] of [inside, outside].entries())
      await new Promise<void>((resolve) => service[index]?.listen(path, resolve));
    for (const mode of [[], ['--net-block']]) {
      const connect = (path: string, type: string | undefined) =>
        box.probed(['--allow', '.', ...mode], ['connect-unix', path, type as string]);
      for (const type of [STREAM, DGRAM, SEQPACKET])
        expect([type, connect(outside, type)]).toEqual([type, 'EACCES']);
      if (box.identity.uid === 0) expect(connect(inside, STREAM)).toBe('ok'); // the test is root's, and so is its socket
      expect(connect(inside, DGRAM)).toBe('EACCES');
      expect(box.probed(['--allow', '.', ...mode], ['pair-to-path', inside])).toBe('EACCES');
    }
    for (const each of service) each.close();
  });

  it('refuses an unconnected Unix socket as standard input', () => {
    const box = open();
    const handOver = `
import os, socket, sys
loose = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
os.dup2(loose.fileno(), 0)
os.execv(sys.argv[1], sys.argv[1:])`;
    const result = box.outside(['/usr/bin/python3', '-c', handOver, box.nono, 'run', '-s', '--', 'true']);
    expect(result.code).toBe(125);
    expect(result.stderr).toContain('standard input is a socket');
  });
});
