// A further command for a plan that is there already: found, checked, with what it needs to be read for itself.
import { type Issue, NonoError } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import { type Command, commandGrants, findCommand } from './command.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { blockedIssues, ledAwayAt, type Plan, writableAt } from './plan.ts';
import { protect } from './sensitive.ts';
import { bypassOf } from './wishes.ts';

const mostKnown = 1000;

export type FurtherCommand = { readonly command: Command; readonly grants: readonly Grant[] };

/**
 * Plans one command after another within one plan.
 *
 * @returns finds a command as a shell in `workdir` would, on the machine as it is then
 */
export function furtherCommands(
  plan: Plan,
  policy: Policy,
  planned: Host,
): (argv: readonly string[], host: Host, workdir: AbsolutePath | null) => FurtherCommand {
  const known = new Map<string, readonly Grant[]>();
  let protection: ReturnType<typeof protect> | null = null;
  const grantsOf = (command: Command, host: Host): readonly Grant[] => {
    const fact = host.inspect(command.executable);
    const key = `${command.argv[0]}\0${command.executable}\0${'canonical' in fact ? fact.canonical : ''}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const bypasses = policy.bypasses.map((wish) => bypassOf(wish, planned));
    protection ??= protect(
      planned,
      bypasses.filter((each) => typeof each === 'string'),
      policy.excludedGroups,
    );
    const grants = commandGrants(
      command,
      host,
      protection,
      writableAt(plan.grants, host),
      ledAwayAt(plan.grants, host),
    );
    if (known.size >= mostKnown) known.clear();
    known.set(key, grants);
    return grants;
  };
  return (argv, host, workdir) => {
    const command: Command | Issue = findCommand(argv, host, workdir);
    if ('code' in command) throw new NonoError([command]);
    const blocked = blockedIssues(command, plan.blocked);
    if (blocked.length > 0) throw new NonoError(blocked);
    return { command, grants: grantsOf(command, host) };
  };
}
