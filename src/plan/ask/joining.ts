// Sockets: those that have a path, and those of the network.
import ipaddr from 'ipaddr.js';
import { nameOrigin } from '../../policy/policy.ts';
import { isInState } from '../grant.ts';
import type { AbsolutePath } from '../host.ts';
import { contains, parentOf } from '../path.ts';
import type { SocketGrant } from '../sockets.ts';
import type { Prepared } from './askable.ts';
import { denyObstacles, type Obstacle, verdictOf } from './obstacles.ts';
import type { Joining, Seen } from './request.ts';
import type { FlagName } from './suggest.ts';
import { allowed, denied, type Rule, ruleOfGrant, type Verdict } from './verdict.ts';
import type { Place } from './ways.ts';

function isMeant({ path, extent }: SocketGrant, asked: AbsolutePath): boolean {
  if (extent === 'socket') return path === asked;
  return extent === 'entries' ? parentOf(asked) === path && asked !== path : contains(path, asked);
}

function ruleOfSocket({ path, right, origin }: SocketGrant): Rule {
  return { kind: 'socket', path, access: right, origin };
}

const socketFlags: Record<Joining, FlagName> = {
  connect: '--allow-unix-socket',
  bind: '--allow-unix-socket-bind',
};

/** A socket's name is made in a directory, whose own grant Landlock asks. */
function mayMake({ reach, plan }: Prepared, path: AbsolutePath): boolean {
  const directory = parentOf(path);
  if (reach.directoryGrantFor(directory, 'write') !== null) return true;
  return plan.sockets.some(
    ({ path: granted, right, extent }) =>
      right === 'bind' && contains(extent === 'socket' ? parentOf(granted) : granted, directory),
  );
}

/** Connecting means the socket that is there, links followed; binding makes a name. */
export function askSocket(prepared: Prepared, op: Joining, seen: Seen): Verdict {
  const { plan, reach, host, ways } = prepared;
  const path = op === 'connect' ? seen.object : seen.name;
  const isPlace = (seen.kind ?? 'other') === 'other' && host.inspect(parentOf(path)).kind === 'directory';
  const flags = isPlace ? [{ name: socketFlags[op], value: path }] : null;
  const isOthers = op === 'connect' && isInState(plan.grants, path);
  const grant = isOthers ? null : reach.writeGrantAround(path);
  const socket = plan.sockets.find((each) => each.right === op && isMeant(each, path));
  const isOpen = grant !== null || socket !== undefined;
  const isMade = op === 'connect' || mayMake(prepared, path);
  const closed: Obstacle = {
    reason: 'socket_not_granted',
    rule: null,
    details: 'Unix sockets outside the write grants are closed: each leads to a program that is not confined',
    nearest: null,
    flags,
  };
  const obstacles = [
    ...denyObstacles(prepared, path, ['read', 'write']),
    ...(op === 'bind' ? ways.making(prepared, path) : []),
    ...(isOpen && isMade && ways.joinsSockets(plan.machine) ? [] : [closed]),
  ];
  const rule = socket !== undefined ? ruleOfSocket(socket) : grant === null ? null : ruleOfGrant(grant);
  return verdictOf(obstacles, allowed('granted_path', rule, 'the socket is granted'));
}

function placeOf(host: string): Place {
  const text = host.replace(/^\[(.*)\]$/, '$1');
  if (/^(.+\.)?localhost\.?$/i.test(text)) return 'loopback';
  if (!ipaddr.isValid(text)) return 'outside';
  const address = ipaddr.process(text); // an IPv4 address in IPv6's clothes is that address
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  return range === 'unspecified' || address.toString() === '0.0.0.0' ? 'any' : 'outside';
}

const portFlags: Record<Joining, FlagName> = { connect: '--allow-port', bind: '--listen-port' };
const lists = { connect: 'connect', bind: 'listen' } as const;

/** TCP: with named ports, UDP is closed altogether. */
export function askNetwork(
  { plan, ways }: Prepared,
  op: Joining,
  host: string,
  port: number | null,
): Verdict {
  const { network } = plan;
  const rule: Rule = {
    kind: 'network',
    path: port === null ? null : `${host}:${port}`,
    access: network.mode,
    origin: network.origin,
  };
  if (network.mode === 'open') return allowed('network_allowed', rule, 'the network is open');
  const place = placeOf(host);
  const ports = network[lists[op]];
  const isNamed = port === null ? false : ports.includes(port);
  if (ways.hasPorts(place, host) && isNamed)
    return allowed('network_allowed', rule, `port ${port} of loopback is granted`);
  const flag = nameOrigin(network.origin);
  if (place === 'outside') return denied('network_blocked', rule, `${flag} leaves no way to another machine`);
  return denied('network_blocked', rule, `${flag} leaves no way to this port`, {
    suggestion: port === null || port === 0 ? null : [{ name: portFlags[op], value: String(port) }], // 0 is any port
  });
}
