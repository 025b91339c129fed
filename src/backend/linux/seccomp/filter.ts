// The filter of a run, as the bytes that the launcher installs. The bundle holds the bytes of every choice instead:
// scripts/filter-plugin.mjs.
import type { Architecture } from '../../../plan/machine.ts';
import type { NetworkMode } from '../../../policy/policy.ts';
import { assemble } from './assemble.ts';
import { encodeInstructions } from './instruction.ts';
import { type Broker, brokers, filterRules } from './rules.ts';

type Choice = readonly [network: NetworkMode, broker: Broker, architecture: Architecture];

export const filterChoices: readonly Choice[] = (['open', 'ports', 'blocked'] as const).flatMap((network) =>
  brokers.flatMap((broker) =>
    (['x64', 'arm64'] as const).map((architecture): Choice => [network, broker, architecture]),
  ),
);

export function filterKey(...choice: Choice): string {
  return choice.join(' ');
}

export function compileFilter(...[network, broker, architecture]: Choice): Uint8Array {
  return encodeInstructions(assemble(filterRules(network, broker), architecture));
}
