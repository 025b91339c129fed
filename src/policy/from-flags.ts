// Flags → Policy. Knows what each flag asks for, and nothing of any machine.
import type { Access, GrantWish, Origin, PathWish, Policy, Variable } from './policy.ts';

/** The policy flags of one command line, as the argument parser hands them over, in their order. */
export type PolicyFlags = {
  readonly allow?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly allowFile?: readonly string[];
  readonly readFile?: readonly string[];
  readonly writeFile?: readonly string[];
  readonly allowCwd?: boolean;
  readonly bypassProtection?: readonly string[];
  readonly netBlock?: boolean;
  readonly env?: readonly string[];
  readonly workdir?: string;
  readonly onDelete?: 'refuse' | 'keep';
  /** Bytes. */
  readonly keepLimit?: number;
  readonly bestEffort?: boolean;
};

type GrantFlag = 'allow' | 'read' | 'write' | 'allowFile' | 'readFile' | 'writeFile';

/** What each grant flag means; the error messages name the flag for the other kind from here too. */
export const grantFlags: Record<GrantFlag, { flag: string; access: Access; kind: 'directory' | 'file' }> = {
  allow: { flag: '--allow', access: 'readwrite', kind: 'directory' },
  read: { flag: '--read', access: 'read', kind: 'directory' },
  write: { flag: '--write', access: 'write', kind: 'directory' },
  allowFile: { flag: '--allow-file', access: 'readwrite', kind: 'file' },
  readFile: { flag: '--read-file', access: 'read', kind: 'file' },
  writeFile: { flag: '--write-file', access: 'write', kind: 'file' },
};

/** The flag that grants `access` to a path of this kind. */
export function grantFlagFor(access: Access, kind: 'directory' | 'file'): string {
  const row = Object.values(grantFlags).find((each) => each.access === access && each.kind === kind);
  return row?.flag ?? '--allow';
}

function grantWishes(flags: PolicyFlags): GrantWish[] {
  const named = (Object.keys(grantFlags) as GrantFlag[]).flatMap((key) => {
    const { flag, access, kind } = grantFlags[key];
    return (flags[key] ?? []).map((path): GrantWish => ({ path, access, kind, origin: `flag:${flag}` }));
  });
  if (!flags.allowCwd) return named;
  return [...named, { path: '.', access: 'readwrite', kind: 'directory', origin: 'flag:--allow-cwd' }];
}

function splitVariable(text: string): Variable | string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function pathWish(path: string, flag: string): PathWish {
  return { path, origin: `flag:${flag}` };
}

const defaultKeepLimit = 2 ** 30;

/** Folds the flags of one command line into a policy. */
export function policyFromFlags(flags: PolicyFlags, command: readonly string[]): Policy {
  const variables = (flags.env ?? []).map(splitVariable);
  const networkOrigin: Origin = flags.netBlock ? 'flag:--net-block' : 'built-in:network';
  return {
    grants: grantWishes(flags),
    bypasses: (flags.bypassProtection ?? []).map((path) => pathWish(path, '--bypass-protection')),
    network: { mode: flags.netBlock ? 'blocked' : 'open', origin: networkOrigin },
    environment: {
      pass: variables.filter((each) => typeof each === 'string'),
      set: variables.filter((each) => typeof each !== 'string'),
    },
    originals: { onDelete: flags.onDelete ?? 'refuse', mostBytes: flags.keepLimit ?? defaultKeepLimit },
    workdir: flags.workdir === undefined ? null : pathWish(flags.workdir, '--workdir'),
    command,
    bestEffort: flags.bestEffort ?? false,
  };
}
