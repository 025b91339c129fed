// Which of the profiles for development would share what a program keeps in the home: its caches and registries.
import { bundledProfile, developmentNames, developmentOfCommand } from '../policy/bundled.ts';
import type { Request } from './ask/request.ts';
import type { Verdict } from './ask/verdict.ts';
import { expandPath } from './expand.ts';
import { allowsWriting } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { contains, isAbsolute, nameOf } from './path.ts';
import type { Plan } from './plan.ts';

type Key = 'allow' | 'deny_write';

/** What a profile names under a key, as this machine spells it. */
function named(name: string, key: Key, host: Host): AbsolutePath[] {
  return (bundledProfile(name)?.filesystem?.[key] ?? []).flatMap((rule) => {
    const wish = typeof rule === 'string' ? rule : rule.path;
    const path = expandPath({ path: wish, origin: `profile:${name}` }, host, null);
    return typeof path === 'string' && isAbsolute(path) ? [path] : []; // else it needs a variable that is not set
  });
}

/** The profile whose grants a command by this name would do without; null: there is none. */
export function unsharedCaches(
  { command, grants }: Pick<Plan, 'command' | 'grants'>,
  host: Host,
): string | null {
  const name = developmentOfCommand(nameOf(command.executable));
  if (name === null) return null;
  const isWritable = (path: AbsolutePath) =>
    grants.some((grant) => allowsWriting(grant) && contains(grant.path, path));
  return named(name, 'allow', host).some(isWritable) ? null : name;
}

const byGrants: readonly Verdict['reason'][] = ['path_not_granted', 'insufficient_access'];

/** The profile that grants what a request was refused for want of a grant; null: none does. */
export function profileGranting(request: Request, { reason }: Verdict, host: Host): string | null {
  if (!byGrants.includes(reason) || request.kind !== 'file') return null;
  const isAmong = (name: string, key: Key) =>
    named(name, key, host).some((each) => contains(each, request.path));
  return developmentNames.find((name) => isAmong(name, 'allow') && !isAmong(name, 'deny_write')) ?? null;
}
