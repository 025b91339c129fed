// The network by its mode, and Unix sockets by their paths, which are filters of the same operations.
import { allowsWriting, type Grant } from '../../plan/grant.ts';
import type { AbsolutePath } from '../../plan/host.ts';
import type { MacPlan } from '../../plan/plan.ts';
import type { SocketGrant } from '../../plan/sockets.ts';
import { allOf, exactly, matching, tree } from './filters.ts';
import { entriesOf } from './patterns.ts';
import openNetwork from './rules/network-open.sb';
import { allow, deny, form, type Parameters, quoted, type Sbpl, symbol, verbatim } from './sbpl.ts';

function connecting(paths: readonly Sbpl[]): Sbpl[] {
  return allow(['network-outbound'], paths);
}

function serving(paths: readonly Sbpl[]): Sbpl[] {
  return allow(['network-bind', 'network-inbound'], paths);
}

function pathsOf(grant: Grant, parameters: Parameters): Sbpl[] {
  return (grant.kind === 'directory' ? tree : exactly)(grant.path, parameters);
}

/** Those in what may be written, but for a program's own state: one like it may serve them outside. */
function grantedRules(grants: readonly Grant[], parameters: Parameters, message: Sbpl): Sbpl[] {
  const writable = grants.filter((grant) => allowsWriting(grant) && grant.kind !== 'device');
  const paths = writable.flatMap((grant) => pathsOf(grant, parameters));
  const state = writable.filter(({ isState }) => isState).flatMap((grant) => tree(grant.path, parameters));
  return [...connecting(paths), ...serving(paths), ...deny(['network-outbound'], state, message)];
}

const extents: Record<SocketGrant['extent'], (path: AbsolutePath, parameters: Parameters) => Sbpl[]> = {
  socket: exactly,
  entries: (path, parameters) => matching([entriesOf(path)], parameters),
  subtree: tree,
};

function namedRules({ path, right, extent }: SocketGrant, parameters: Parameters): Sbpl[] {
  const paths = extents[extent](path, parameters);
  if (right === 'connect') return connecting(paths);
  const sockets = form('vnode-type', symbol('SOCKET'));
  return [
    ...serving(paths),
    ...allow(
      ['file-write-create'],
      paths.map((each) => allOf(each, sockets)),
    ),
  ];
}

/** Seatbelt knows two hosts: this machine by its loopback, and every other. */
function portRules({ network }: MacPlan): Sbpl[] {
  const tcp = (end: 'remote' | 'local', port: number) =>
    form(end, symbol('tcp'), quoted(`localhost:${port}`));
  return [
    ...allow(
      ['network-outbound'],
      network.connect.map((port) => tcp('remote', port)),
    ),
    ...allow(
      ['network-bind', 'network-inbound'],
      network.listen.map((port) => tcp('local', port)),
    ),
  ];
}

export function socketRules(plan: MacPlan, parameters: Parameters, message: Sbpl): Sbpl[] {
  const network = plan.network.mode === 'open' ? [verbatim(openNetwork)] : portRules(plan);
  return [
    ...network,
    ...grantedRules(plan.grants, parameters, message),
    ...plan.sockets.flatMap((each) => namedRules(each, parameters)),
  ];
}
