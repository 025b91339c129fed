// One decision for everybody who asks: why, the report at the end of a run, and the tests that hold the kernel to it.
import type { Host } from '../host.ts';
import { childOf, contains } from '../path.ts';
import { protect } from '../sensitive.ts';
import { searchPath } from '../toolchains.ts';
import { type Askable, type Prepared, prepare } from './askable.ts';
import { blockedObstacles } from './commands.ts';
import { askFile } from './files.ts';
import { askNetwork, askSocket } from './joining.ts';
import { askLink, askRename } from './moves.ts';
import { verdictOf } from './obstacles.ts';
import { type Request, see } from './request.ts';
import { allowed, type Verdict } from './verdict.ts';

/** By its name first, then by the file that PATH finds for it. */
function askCommand(prepared: Prepared, name: string): Verdict {
  const { host, ways } = prepared;
  const file = searchPath(host)
    .map((directory) => childOf(directory, name))
    .find((path) => host.inspect(path).kind === 'file' && host.executable(path));
  const blocked = file === undefined || ways.seesLinks ? blockedObstacles(prepared, [name]) : [];
  if (blocked.length > 0) return verdictOf(blocked, allowed('command_allowed', null, ''));
  if (file === undefined) return allowed('command_allowed', null, 'it is not blocked, and not on PATH');
  const verdict = askFile(prepared, 'execute', see(file, host));
  return verdict.status === 'denied' ? verdict : { ...verdict, reason: 'command_allowed' };
}

/**
 * Indexes a plan's rules and answers as often as it is asked: a few microseconds each.
 *
 * @param host the machine that the plan was made for, as it is now
 */
export function prepareToAsk(plan: Askable, host: Host): (request: Request) => Verdict {
  const bypasses = plan.denies.lifted.flatMap(({ kind, text }) => (kind === 'path' ? [text] : []));
  const protection = protect(host, bypasses);
  const prepared = prepare(
    plan,
    host,
    (path) => protection.exposedBy(path).find((each) => contains(each.path, path)) ?? null,
  );
  return (request) => {
    switch (request.kind) {
      case 'file':
        return askFile(prepared, request.op, see(request.path, host));
      case 'rename':
        return askRename(prepared, see(request.path, host), see(request.to, host));
      case 'link':
        return askLink(prepared, see(request.path, host), see(request.to, host));
      case 'socket':
        return askSocket(prepared, request.op, see(request.path, host));
      case 'network':
        return askNetwork(prepared, request.op, request.host, request.port);
      case 'command':
        return askCommand(prepared, request.name);
    }
  };
}

/** What the plan says to one request. */
export function ask(plan: Askable, host: Host, request: Request): Verdict {
  return prepareToAsk(plan, host)(request);
}
