// What may be asked for: the policy flags of the command line by their names, checked where they come in.
import { type Issue, NonoError } from '../errors.ts';
import type { PolicyFlags } from '../policy/from-flags.ts';
import { largestPort, most32Bits } from '../policy/quantity.ts';

/**
 * What a sandbox may reach. Every key is a flag of `nono run` in camel case, and means the same: docs/cli.md explains
 * them. Nothing is granted that is not named, but what any program needs to start.
 *
 * @example
 * ```ts
 * import type { PolicyOptions } from 'nono';
 *
 * const options: PolicyOptions = { allow: ['.'], deny: ['**\/.env*'], netBlock: true };
 * ```
 */
export type PolicyOptions = Omit<PolicyFlags, 'guide'> & {
  /** Profiles by name or file, bases first. None is chosen by a command's name. */
  readonly profiles?: readonly string[];
};

type Kind = 'texts' | 'text' | 'numbers' | 'number' | 'truth';

const kinds: Readonly<Record<keyof PolicyOptions, Kind>> = {
  allow: 'texts',
  read: 'texts',
  write: 'texts',
  allowFile: 'texts',
  readFile: 'texts',
  writeFile: 'texts',
  allowCwd: 'truth',
  bypassProtection: 'texts',
  deny: 'texts',
  denyWrite: 'texts',
  netBlock: 'truth',
  allowPort: 'numbers',
  listenPort: 'numbers',
  allowUnixSocket: 'texts',
  allowUnixSocketBind: 'texts',
  allowUnixSocketDir: 'texts',
  allowUnixSocketDirBind: 'texts',
  allowUnixSocketSubtree: 'texts',
  allowUnixSocketSubtreeBind: 'texts',
  allowCommand: 'texts',
  blockCommand: 'texts',
  env: 'texts',
  workdir: 'text',
  onDelete: 'text',
  keepLimit: 'number',
  memory: 'number',
  pids: 'number',
  cpuTime: 'number',
  timeout: 'number',
  explain: 'truth',
  bestEffort: 'truth',
  profiles: 'texts',
};

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

const checks: Readonly<
  Record<Kind, { readonly holds: (value: unknown) => boolean; readonly words: string }>
> = {
  texts: {
    holds: (value) => Array.isArray(value) && value.every(isText),
    words: 'an array of strings',
  },
  text: { holds: isText, words: 'a string' },
  numbers: {
    holds: (value) => Array.isArray(value) && value.every(isNumber),
    words: 'an array of whole numbers',
  },
  number: { holds: isNumber, words: 'a whole number' },
  truth: { holds: (value) => typeof value === 'boolean', words: 'true or false' },
};

function issue(message: string, remedy: string): Issue {
  return { code: 'usage/option', message, origin: 'library', remedy };
}

function issuesOf(options: object): Issue[] {
  return Object.entries(options).flatMap(([key, value]) => {
    if (!Object.hasOwn(kinds, key))
      return [issue(`"${key}" is no option of a policy`, `one of ${Object.keys(kinds).join(', ')}`)];
    const { holds, words } = checks[kinds[key as keyof PolicyOptions]];
    if (value === undefined || holds(value)) return [];
    return [issue(`"${key}" takes ${words}`, `definePolicy({ ${key}: … }) with ${words}`)];
  });
}

const deletions = ['refuse', 'keep'];

function limitIssues({ memory, pids, cpuTime, timeout }: PolicyOptions): Issue[] {
  const limits = Object.entries({ memory, pids, cpuTime, timeout });
  return limits.flatMap(([name, value]) => {
    const most = name === 'memory' ? Number.MAX_SAFE_INTEGER : most32Bits;
    if (value === undefined || (value > 0 && value <= most)) return [];
    return [issue(`"${name}" is 1 to ${most}`, `definePolicy({ ${name}: 60 })`)];
  });
}

function valueIssues(options: PolicyOptions): Issue[] {
  const { onDelete = 'refuse', allowPort = [], listenPort = [] } = options;
  const ports = [...allowPort, ...listenPort].filter((port) => port < 1 || port > largestPort);
  return [
    ...(deletions.includes(onDelete)
      ? []
      : [issue(`"${onDelete}" is no answer to deletions`, "onDelete: 'keep'")]),
    ...limitIssues(options),
    ...ports.map((port) => issue(`${port} is no port`, 'allowPort: [5432]')),
  ];
}

/**
 * Checks a policy and keeps it from being changed.
 *
 * @throws {NonoError} `usage/option`: all keys that do not exist and all values of another kind.
 *
 * @example
 * ```ts
 * import { definePolicy } from 'nono';
 *
 * const policy = definePolicy({ read: ['/usr/share'], netBlock: true });
 * ```
 */
export function definePolicy(options: PolicyOptions): PolicyOptions {
  if (typeof options !== 'object' || options === null)
    throw new NonoError([issue('a policy is an object', "definePolicy({ allow: ['.'] })")]);
  const wrong = issuesOf(options);
  const issues = wrong.length > 0 ? wrong : valueIssues(options);
  if (issues.length > 0) throw new NonoError(issues);
  const copied = Object.entries(options).map(([key, value]) => [
    key,
    Array.isArray(value) ? Object.freeze([...value]) : value,
  ]);
  return Object.freeze(Object.fromEntries(copied));
}
