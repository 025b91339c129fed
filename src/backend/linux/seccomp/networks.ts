// Sockets: which families and types there are at all, and what of them the broker judges.
import type { NetworkMode } from '../../../policy/policy.ts';
import { allow, notify, refuse, type SyscallRule } from './rule.ts';

const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
// The bits above the mask are SOCK_CLOEXEC and SOCK_NONBLOCK; the kernel takes them off before it looks at the type.
const socketType = { mask: 0xf, stream: 1, datagram: 2, seqpacket: 5, packet: 10 } as const;
const fileType = { mask: 0o170000, socket: 0o140000 } as const;
const netlinkRoute = 0;
const protocol = { tcp: 6 } as const;
const fastOpen = 0x20000000; // MSG_FASTOPEN

// What a program sets of a TCP socket. Left out is what leads a connection to 127.0.0.1 or ::1 out of this machine, by
// source routes and devices, and all that is for other sockets.
const level = { socket: 1, ip: 0, ipv6: 41 } as const;
const deviceOptions = { SO_BINDTODEVICE: 25, SO_BINDTOIFINDEX: 62 } as const;
const ipOptions = {
  IP_TOS: 1,
  IP_TTL: 2,
  IP_PKTINFO: 8,
  IP_MTU_DISCOVER: 10,
  IP_RECVERR: 11,
  IP_RECVTTL: 12,
  IP_RECVTOS: 13,
  IP_FREEBIND: 15,
  IP_BIND_ADDRESS_NO_PORT: 24,
  IP_LOCAL_PORT_RANGE: 51,
} as const;
const ipv6Options = {
  IPV6_UNICAST_HOPS: 16,
  IPV6_MTU_DISCOVER: 23,
  IPV6_MTU: 24,
  IPV6_RECVERR: 25,
  IPV6_V6ONLY: 26,
  IPV6_RECVPKTINFO: 49,
  IPV6_RECVHOPLIMIT: 51,
  IPV6_DONTFRAG: 62,
  IPV6_RECVTCLASS: 66,
  IPV6_TCLASS: 67,
  IPV6_AUTOFLOWLABEL: 70,
} as const;

const pairs: readonly SyscallRule[] = [
  {
    calls: ['socketpair'],
    when: [
      { argument: 0, oneOf: [family.unix] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.stream, socketType.seqpacket] },
    ],
    action: allow,
    reason: 'both ends stay inside',
  },
  {
    calls: ['socketpair'],
    action: refuse('EACCES'),
    reason: 'a datagram pair may still send to any path, and raw Unix sockets are datagrams too',
  },
];

const boundOnly: readonly SyscallRule[] = [
  {
    calls: ['mknod'],
    when: [{ argument: 1, mask: fileType.mask, oneOf: [fileType.socket] }],
    action: refuse('EPERM'),
    reason: 'a socket is made by binding it, which the broker judges',
  },
  {
    calls: ['mknodat'],
    when: [{ argument: 2, mask: fileType.mask, oneOf: [fileType.socket] }],
    action: refuse('EPERM'),
    reason: 'the same',
  },
];

const open: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.inet, family.inet6] },
      // The kernel turns AF_INET with this type into AF_PACKET: __sock_create, net/socket.c.
      { argument: 1, mask: socketType.mask, noneOf: [socketType.packet] },
    ],
    action: allow,
    reason: 'the network was left open',
  },
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.netlink] },
      { argument: 2, oneOf: [netlinkRoute] },
    ],
    action: allow,
    reason: 'libc lists interfaces by it',
  },
  {
    calls: ['socket'],
    action: refuse('EAFNOSUPPORT'),
    reason:
      'vsock, packet, Bluetooth, the crypto API and the rest lead around the network or into the kernel',
  },
];

const withoutBroker: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [{ argument: 0, oneOf: [family.unix] }],
    action: refuse('EACCES'),
    reason:
      'docker, D-Bus, ssh-agent and tmux answer on paths that Landlock does not withhold; no broker judges',
  },
];

const localSockets: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.unix] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.stream, socketType.seqpacket] },
    ],
    action: allow,
    reason: 'what it may be joined with, the broker judges',
  },
  {
    calls: ['socket'],
    when: [{ argument: 0, oneOf: [family.unix] }],
    action: refuse('EACCES'),
    reason: 'a datagram can be sent to any path, whatever the socket is connected to',
  },
  {
    calls: ['connect', 'bind'],
    action: notify,
    reason: 'the address lies behind a pointer; the broker uses a copy of it',
  },
];

const datagramSockets: readonly SyscallRule[] = [
  {
    calls: ['socket', 'socketpair'],
    when: [
      { argument: 0, oneOf: [family.unix] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.datagram] },
    ],
    action: allow,
    reason: 'a server of datagrams is granted; where each is sent to, the broker judges',
  },
];

const judgedSending: readonly SyscallRule[] = [
  {
    calls: ['sendto'],
    when: [{ argument: 5, noneOf: [0] }],
    action: notify,
    reason: 'an address of some length may be a path; without one it goes to the peer, which was judged',
  },
  {
    calls: ['sendmsg', 'sendmmsg'],
    action: notify,
    reason: 'the same, but the address is behind two pointers',
  },
];

const namedPorts: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.inet, family.inet6] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.stream] },
      { argument: 2, oneOf: [0, protocol.tcp] },
    ],
    action: allow,
    reason: 'TCP alone: its addresses are judged by the broker. MPTCP and SCTP are streams as well',
  },
  {
    calls: ['setsockopt'],
    when: [
      { argument: 1, oneOf: [level.socket] },
      { argument: 2, oneOf: Object.values(deviceOptions) },
    ],
    action: refuse('EPERM'),
    reason: 'sends what is addressed to loopback out by another device',
  },
  {
    calls: ['setsockopt'],
    when: [
      { argument: 1, oneOf: [level.ip] },
      { argument: 2, noneOf: Object.values(ipOptions) },
    ],
    action: refuse('EPERM'),
    reason: 'a source route reaches another machine first; a group that is joined is told to the network',
  },
  {
    calls: ['setsockopt'],
    when: [
      { argument: 1, oneOf: [level.ipv6] },
      { argument: 2, noneOf: Object.values(ipv6Options) },
    ],
    action: refuse('EPERM'),
    reason: 'the same: a routing header',
  },
  {
    calls: ['sendto'],
    when: [{ argument: 3, mask: fastOpen, oneOf: [fastOpen] }],
    action: refuse('EOPNOTSUPP'),
    reason: 'TCP Fast Open connects without connect',
  },
  {
    calls: ['sendmsg'],
    when: [{ argument: 2, mask: fastOpen, oneOf: [fastOpen] }],
    action: refuse('EOPNOTSUPP'),
    reason: 'the same',
  },
  {
    calls: ['sendmmsg'],
    when: [{ argument: 3, mask: fastOpen, oneOf: [fastOpen] }],
    action: refuse('EOPNOTSUPP'),
    reason: 'the same',
  },
];

const closed: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    action: refuse('EACCES'),
    reason: 'no family is left out: TCP, UDP, ICMP, raw, packet, vsock, netlink, MPTCP',
  },
];

const toldClosed: SyscallRule = {
  calls: ['socket'],
  when: [{ argument: 0, oneOf: [family.inet, family.inet6] }],
  action: notify,
  reason: 'the broker refuses it, so that the report can say what the program wanted',
};

const refusedJoining: readonly SyscallRule[] = [
  {
    calls: ['connect', 'bind', 'listen'],
    action: refuse('EACCES'),
    reason: 'a second lock, should a socket come in by a descriptor',
  },
];

const judgedListening: readonly SyscallRule[] = [
  {
    calls: ['listen'],
    action: notify,
    reason: 'a socket that is bound to nothing would be given a port on every interface',
  },
];

/** The rules of sockets; `datagrams`: a server of Unix datagrams is granted. */
export function networkRules(
  network: NetworkMode,
  isJudged: boolean,
  datagrams: boolean,
): readonly SyscallRule[] {
  return [
    ...(datagrams ? datagramSockets : []),
    ...pairs,
    ...boundOnly,
    ...(isJudged ? localSockets : withoutBroker),
    ...(network === 'open' ? open : []),
    ...(network === 'ports' ? namedPorts : []),
    ...(datagrams ? judgedSending : []),
    ...(network === 'open' ? [] : [...(isJudged ? [toldClosed] : []), ...closed]),
    ...(isJudged ? judgedListening : network === 'open' ? [] : refusedJoining),
  ];
}
