// What a run may use: the kinds of limits, how they are written, and which of several stands.
import type { Origin } from './policy.ts';
import { formatSeconds, formatSize } from './quantity.ts';

/** `pids` counts processes and threads at a time. */
export type LimitKind = 'memory' | 'pids' | 'cpu-time' | 'timeout';

export const limitKinds = ['memory', 'pids', 'cpu-time', 'timeout'] as const;

/** Bytes, a number, or seconds. */
export type LimitWish = { readonly kind: LimitKind; readonly most: number; readonly origin: Origin };

const formats: Record<LimitKind, (most: number) => string> = {
  memory: formatSize,
  pids: String,
  'cpu-time': formatSeconds,
  timeout: formatSeconds,
};

/** `512M`, `64`, `5m`. */
export function formatLimit({ kind, most }: Pick<LimitWish, 'kind' | 'most'>): string {
  return formats[kind](most);
}

/** Of what profiles say the smallest stands, whoever says it; a flag says it anew. */
export function strictest(wishes: readonly LimitWish[]): readonly LimitWish[] {
  return limitKinds.flatMap((kind) => {
    const all = wishes.filter((each) => each.kind === kind);
    const flags = all.filter(({ origin }) => origin.startsWith('flag:'));
    const [first, ...others] = flags.length > 0 ? flags : all;
    return first === undefined
      ? []
      : others.reduce((one, other) => (other.most < one.most ? other : one), first);
  });
}
