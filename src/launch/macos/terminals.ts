// The terminals behind standard input, output and error, by their numbers: there is no /proc that names them.
import { fstatSync, lstatSync, readdirSync } from 'node:fs';
import type { AbsolutePath } from '../../plan/host.ts';

function deviceOf(descriptor: number): number | null {
  try {
    const status = fstatSync(descriptor);
    return status.isCharacterDevice() ? status.rdev : null;
  } catch {
    return null; // it is closed
  }
}

/** @param devices the directory of devices */
export function terminalsIn(devices: AbsolutePath, descriptors: readonly number[]): AbsolutePath[] {
  const wanted = new Set(descriptors.map(deviceOf));
  const names = readdirSync(devices).filter((name) => /^tty(s\d+|p[0-9a-f])$/.test(name));
  return names
    .map((name): AbsolutePath => `${devices}/${name}`)
    .filter((path) => wanted.has(lstatSync(path, { throwIfNoEntry: false })?.rdev ?? null));
}
