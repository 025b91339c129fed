// The reviewed table of system calls that would go around Landlock or the broker: refusals.ts, networks.ts, judged.ts.
import type { NetworkMode } from '../../../policy/policy.ts';
import { judgedRules } from './judged.ts';
import { networkRules } from './networks.ts';
import { alwaysRefused, noSandboxInside } from './refusals.ts';
import type { SyscallRule } from './rule.ts';

/**
 * Who answers what the filter leaves open, each with all that the one before it does.
 *
 * - `absent`: nobody.
 * - `judging`: a broker, for writing, for what could lose something from before or change what is protected, metadata,
 *   sockets and commands.
 * - `making`: also for everything that is made: births are remembered, or a deny must hold for what is new.
 *
 * `+reads`: also for reading, since something is denied inside what may be read.
 * `+datagrams`: also for messages to an address, since a server of Unix datagrams is granted.
 * `+forks`: also for new processes and threads, since they are counted.
 *
 * `around`: the broker of the session around this one, by that session's own filter. This one closes what is closed in
 * this session alone.
 */
export const brokers = [
  'absent',
  'judging',
  'making',
  'judging+reads',
  'making+reads',
  'making+reads+datagrams',
  'judging+forks',
  'making+forks',
  'judging+reads+forks',
  'making+reads+forks',
  'making+reads+datagrams+forks',
  'around',
] as const;
export type Broker = (typeof brokers)[number];

// A filter without a listener of its own can only let a call through, to the other filter.
function rulesInside(network: NetworkMode): readonly SyscallRule[] {
  const rules = [...alwaysRefused, ...networkRules(network, true, false), ...noSandboxInside];
  return rules.filter(({ action }) => action.kind !== 'notify');
}

/** The rules of a run, in order: the first that matches a call decides. */
export function filterRules(network: NetworkMode, broker: Broker): readonly SyscallRule[] {
  if (broker === 'around') return rulesInside(network);
  const [level, ...more] = broker.split('+') as ['absent' | 'judging' | 'making', ...string[]];
  const isPresent = level !== 'absent';
  const asked = { makes: level === 'making', reads: more.includes('reads'), forks: more.includes('forks') };
  return [
    ...alwaysRefused,
    ...networkRules(network, isPresent, more.includes('datagrams')),
    ...(isPresent ? judgedRules(asked) : []),
  ];
}
