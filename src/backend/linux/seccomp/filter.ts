// The filter of a run, as the bytes that the launcher installs.
import type { NetworkMode } from '../../../policy/policy.ts';
import type { Architecture } from './architecture.ts';
import { assemble } from './assemble.ts';
import { encodeInstructions } from './instruction.ts';
import { type Broker, filterRules } from './rules.ts';

export function compileFilter(network: NetworkMode, broker: Broker, architecture: Architecture): Uint8Array {
  return encodeInstructions(assemble(filterRules(network, broker), architecture));
}
