// Where the report of a run may be written: nono writes it unconfined, so nothing inside may have led it elsewhere.
import type { Issue } from '../errors.ts';
import { allowsWriting, type Grant } from './grant.ts';
import type { AbsolutePath, Host, PathFact } from './host.ts';
import { contains, isFaithful, parentOf, toAbsolute } from './path.ts';
import { quoteForShell } from './quote.ts';

const origin = 'flag:--report';

type Place = Extract<PathFact, { mode: number } | { kind: 'missing' }>;

// Standard input, and what nono itself hands to its reporter.
const takenDescriptors = [0, 3, 4];

function issue(code: Issue['code'], message: string, remedy: string): Issue {
  return { code, message, origin, remedy };
}

/** The grant by which the command could lead a file that nono writes elsewhere. */
export function leadsElsewhere(file: AbsolutePath, grants: readonly Grant[]): Grant | null {
  // A file that is granted by itself may be replaced; a device may not.
  return (
    grants.find((grant) => grant.kind !== 'device' && allowsWriting(grant) && contains(grant.path, file)) ??
    null
  );
}

/** Whoever asks for a report is told before the run that there will be none. */
function writableFile(text: string, fact: Place, host: Host): AbsolutePath | Issue {
  const { canonical } = fact;
  const directory = parentOf(canonical);
  if (fact.kind === 'missing' && fact.nearest !== directory)
    return issue(
      'plan/path-missing',
      `"${text}" lies in no directory that exists; the nearest that does is "${fact.nearest}"`,
      `mkdir -p ${quoteForShell(directory)}`,
    );
  if (host.writable(fact.kind === 'missing' ? directory : canonical)) return canonical;
  return issue('launch/report', `"${text}" cannot be written`, `ls -ld ${quoteForShell(directory)}`);
}

/** The file by its canonical path, a descriptor of the caller's as it is; or the issue that refuses it. */
export function reportFileOf(text: string, host: Host, grants: readonly Grant[]): AbsolutePath | Issue {
  const path = isFaithful(text) && text !== '' ? toAbsolute(text, host) : null;
  if (path === null)
    return issue('usage/flag-value', `"${text}" is not a path that can be looked up`, '--report report.json');
  const descriptor = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  if (descriptor !== undefined) {
    if (!takenDescriptors.includes(Number(descriptor))) return path;
    return issue(
      'launch/report',
      `descriptor ${descriptor} is nono's own`,
      '--report /dev/fd/9 9> report.json',
    );
  }
  const fact = host.inspect(path);
  const isPlace = fact.kind === 'file' || fact.kind === 'device' || fact.kind === 'missing';
  if (!isPlace) return issue('launch/report', `"${text}" is no place for a report`, '--report report.json');
  const around = leadsElsewhere(fact.canonical, grants);
  if (around === null) return writableFile(text, fact, host);
  return issue(
    'launch/report',
    `"${text}" lies in "${around.path}", which the command may write: it could lead the report anywhere`,
    '--report with a path outside of what is granted, such as ~/report.json',
  );
}
