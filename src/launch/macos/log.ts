// What the system's log says of a session's denials: hints, since it drops some, repeats none, and writes them late.
import { type DeniedOperation, deniedNumber } from '../frames.ts';

export type LoggedDenial = {
  readonly operation: DeniedOperation;
  readonly first: string;
  readonly second: string;
};

const operations: Readonly<Record<string, DeniedOperation>> = {
  'file-read-data': 'read',
  'file-read-xattr': 'read',
  'file-write-data': 'write',
  'file-write-create': 'create',
  'file-write-unlink': 'delete',
  'file-write-mode': 'chmod',
  'file-write-owner': 'chmod',
  'file-write-flags': 'chmod',
  'file-write-times': 'chmod',
  'file-write-xattr': 'chmod',
  'process-exec': 'execute',
  'process-exec*': 'execute',
  'network-outbound': 'connect',
  'network-bind': 'bind',
};

/** `log show` for one session, from when it began. */
export function logArguments(tag: string, started: Date): string[] {
  const time = started.toISOString().slice(0, 19).replace('T', ' ');
  // From the kernel alone: a program may write to the log, too, and call itself anything.
  const predicate = `processID == 0 AND senderImagePath ENDSWITH "/Sandbox" AND eventMessage CONTAINS "${tag}"`;
  return [
    'show',
    '--style',
    'ndjson',
    '--timezone',
    'UTC',
    '--start',
    `${time}+0000`,
    '--predicate',
    predicate,
  ];
}

function denialOf(message: string): LoggedDenial | null {
  const [, name = '', about = ''] = /deny\(\d+\) (\S+) (.*)/.exec(message) ?? [];
  const operation = operations[name];
  if (operation === undefined || about === '') return null;
  if (about.startsWith('/')) return { operation, first: about.trimEnd(), second: '' };
  const [, host = '', port = ''] = /^(?:remote:)?(.+):(\d+)$/.exec(about.trimEnd()) ?? [];
  return host === '' ? null : { operation, first: host, second: port };
}

/** The denials of a log in lines of JSON; lines that are none, or say nothing of this session, are passed over. */
export function readLog(lines: string, tag: string): LoggedDenial[] {
  return lines.split('\n').flatMap((line): LoggedDenial[] => {
    let message: unknown;
    try {
      message = (JSON.parse(line) as { eventMessage?: unknown }).eventMessage;
    } catch {
      return []; // a heading, or a line that was cut
    }
    if (typeof message !== 'string' || !message.includes(tag)) return [];
    const denial = denialOf(message);
    return denial === null ? [] : [denial];
  });
}

const deniedTag = 5;
const mostListed = 200;

function frameOf({ operation, first, second }: LoggedDenial, count: number): Buffer {
  const texts = Buffer.from(`${first}\0${second}\0`);
  const frame = Buffer.alloc(20);
  [deniedTag, 12 + texts.length, deniedNumber(operation), 0, count].forEach((word, at) => {
    frame.writeUInt32LE(word, 4 * at);
  });
  return Buffer.concat([frame, texts]);
}

/** Denials as the launcher's frames, which the reporter reads. */
export function framesOf(denials: readonly LoggedDenial[]): Buffer {
  const counts = new Map<string, { denial: LoggedDenial; count: number }>();
  for (const denial of denials) {
    const key = JSON.stringify(denial);
    counts.set(key, { denial, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return Buffer.concat(
    [...counts.values()].slice(0, mostListed).map(({ denial, count }) => frameOf(denial, count)),
  );
}
