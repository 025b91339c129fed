// `nono selftest`: tries the ways out against this machine, in a scratch directory, and prints the table.
import { getSystemErrorName } from 'node:util';
import { machine } from '#machine';
import { exitCodes } from '../errors.ts';
import { inScratch } from '../launch/scratch.ts';
import { tryWaysOut } from '../launch/ways-out.ts';
import { isFault, judgeWays } from '../plan/ways-out.ts';
import { renderWays, waysToJson } from '../term/selftest.ts';
import { printJson, printResult, styleFor } from './output.ts';

export type SelftestFlags = { readonly json?: boolean };

/** @returns the exit code: 1 where a way out is open, or what is granted does not work. */
export function selftest({ json }: SelftestFlags): number {
  const host = machine.host();
  const { inside, outside, trouble } = inScratch(host, (directory) => tryWaysOut(directory, host));
  const all = judgeWays(inside, outside, machine.platform);
  const nameOf = (errno: number) => getSystemErrorName(-errno);
  if (json) printJson(waysToJson(all, trouble, nameOf));
  else printResult(renderWays(all, trouble, nameOf, styleFor(1)));
  return trouble === '' && !all.some(isFault) ? 0 : exitCodes.notReady;
}
