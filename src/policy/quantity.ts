// Sizes and times as people write them: 512M, 90, 5m; and the most that there can be of what is counted.

const sizeUnits = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;
const timeUnits = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 } as const;

export const largestPort = 65535;

/** As many as the kernel has. */
export const mostProcesses = 2 ** 22;

/** What the launcher's 32 bits hold. */
export const most32Bits = 2 ** 32 - 1;

/** Bytes; null where it is no size. */
export function parseSize(text: string): number | null {
  const [, digits = '', unit = ''] = /^(\d{1,12})([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * sizeUnits[unit.toUpperCase() as keyof typeof sizeUnits];
  return digits !== '' && Number.isSafeInteger(bytes) ? bytes : null;
}

/** Seconds; null where it is no time. */
export function parseSeconds(text: string): number | null {
  const [, digits = '', unit = ''] = /^(\d{1,10})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(digits) * timeUnits[unit as keyof typeof timeUnits];
  return digits !== '' && seconds <= most32Bits ? seconds : null;
}

/** A quantity in the largest unit that leaves it whole. */
function format(quantity: number, units: readonly (readonly [string, number])[]): string {
  const [unit, size] = units.find(([, each]) => quantity >= each && quantity % each === 0) ?? ['', 1];
  return `${quantity / size}${unit}`;
}

export function formatSize(bytes: number): string {
  return format(bytes, Object.entries(sizeUnits).toReversed());
}

export function formatSeconds(seconds: number): string {
  return format(seconds, Object.entries(timeUnits).slice(1).toReversed());
}
