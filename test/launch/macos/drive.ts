// Runs one session as nono does on a Mac, with other tools in place of the system's: the tests bundle and start it.
import { constants, readFileSync } from 'node:fs';
import { isNonoError } from '../../../src/errors.ts';
import { thisHost } from '../../../src/launch/host.ts';
import { runSession } from '../../../src/launch/macos/session.ts';
import { buildPlan } from '../../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../../src/policy/from-flags.ts';
import { macosLists } from '../../../src/policy/macos-lists.ts';

export type Drive = {
  readonly flags: PolicyFlags;
  readonly command: readonly string[];
  readonly tools: { readonly sandboxExec: string; readonly log: string; readonly reporter: string };
};

const { flags, command, tools } = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Drive;
const host = { ...thisHost({ lists: macosLists }), platform: 'darwin' };

try {
  const plan = buildPlan(policyFromFlags(flags, command), host, { seatbelt: true });
  const wish = { form: 'text', file: null } as const;
  // No file system that tests run on must be able to clone.
  runSession(plan, wish, '', () => console.error(`session ${plan.session.id} ${plan.temporary}`), {
    ...tools,
    cloneMode: constants.COPYFILE_FICLONE,
  });
} catch (error) {
  if (!isNonoError(error)) throw error;
  for (const { code, message } of error.issues) console.error(`${code}: ${message}`);
  process.exitCode = error.exitCode;
}
