// A few questions that everybody has about a plan, answered by the same decision as any other.
import type { AbsolutePath, Host } from '../host.ts';
import { childOf } from '../path.ts';
import type { Plan } from '../plan.ts';
import { prepareToAsk } from './ask.ts';
import type { Request } from './request.ts';
import type { Verdict } from './verdict.ts';

export type Answered = { readonly about: string; readonly request: Request; readonly verdict: Verdict };

type Asked = { readonly about: string; readonly request: Request };

/** A file of the directory that was there before; null where there is none. */
function fileIn(directory: AbsolutePath, host: Host): AbsolutePath | null {
  const found = host.list(directory).find(({ kind }) => kind === 'file');
  return found === undefined ? null : childOf(directory, found.name);
}

function aboutWorkdir(workdir: AbsolutePath | null, host: Host): Asked[] {
  if (workdir === null) return [];
  const file = fileIn(workdir, host);
  const fresh = childOf(workdir, `.nono-${host.session.id}`);
  return [
    { about: 'list the working directory', request: { kind: 'file', op: 'list', path: workdir } },
    { about: 'make files in it', request: { kind: 'file', op: 'create', path: fresh } },
    ...(file === null
      ? []
      : [
          { about: 'write to a file of it', request: { kind: 'file', op: 'write', path: file } } as const,
          { about: 'delete a file of it', request: { kind: 'file', op: 'delete', path: file } } as const,
        ]),
  ];
}

function aboutHome({ home }: Host): Asked[] {
  if (home === null) return [];
  return [
    { about: 'list the home', request: { kind: 'file', op: 'list', path: home } },
    { about: 'read SSH keys', request: { kind: 'file', op: 'read', path: childOf(home, '.ssh') } },
  ];
}

function aboutServices({ environment }: Host): Asked[] {
  const agent = environment.SSH_AUTH_SOCK ?? '';
  const sockets: readonly (readonly [string, string])[] = [
    ['reach Docker', '/var/run/docker.sock'],
    ...(agent.startsWith('/') ? [['reach the SSH agent', agent] as const] : []),
  ];
  return [
    ...sockets.map(
      ([about, path]): Asked => ({
        about,
        request: { kind: 'socket', op: 'connect', path: path as AbsolutePath },
      }),
    ),
    {
      about: 'reach other machines',
      request: { kind: 'network', op: 'connect', host: '192.0.2.1', port: 443 },
    },
    { about: 'execute rm', request: { kind: 'command', name: 'rm' } },
  ];
}

/** What the command of a plan could do, by example. */
export function overviewOf(plan: Plan, host: Host): Answered[] {
  const ask = prepareToAsk(plan, host);
  const workdir = plan.workdir ?? host.workingDirectory;
  return [...aboutWorkdir(workdir, host), ...aboutHome(host), ...aboutServices(host)].map((asked) => ({
    ...asked,
    verdict: ask(asked.request),
  }));
}
