// Which projects' profiles are trusted: by the content that somebody read, so that every change asks again.
import { renameSync, writeFileSync } from 'node:fs';
import { NonoError } from '../errors.ts';
import { type AbsolutePath, canonicalOf, type Host } from '../plan/host.ts';
import { childOf, parentOf } from '../plan/path.ts';
import { quoteForShell } from '../plan/quote.ts';
import type { FoundProfile } from '../policy/profile.ts';
import { contentOf } from './disk.ts';
import { makeDirectory } from './make-directory.ts';
import { notFound, type ProfileReader, profileBytes, textOf, unreadable } from './profile-file.ts';

/** The profile of a project, in the directory where the command starts. */
export const projectProfile = '.nono/profile.jsonc';

export function isOfProject(file: AbsolutePath): boolean {
  return file.endsWith(`/${projectProfile}`);
}

const mostTrustBytes = 1 << 20;
const ownerOnly = { directory: 0o700, file: 0o600 } as const;

type Trusted = Readonly<Record<string, string>>;

function trustFile({ state }: Host): AbsolutePath | null {
  return state === null ? null : childOf(state, 'nono/trusted.json');
}

/** What is trusted, by its path; a store that cannot be read trusts nothing. */
function readTrusted(host: Host): Trusted {
  const file = trustFile(host);
  try {
    const text = file === null ? undefined : contentOf(file, mostTrustBytes)?.toString('utf8');
    return JSON.parse(text ?? '{}') as Trusted;
  } catch {
    return {};
  }
}

function untrusted(file: AbsolutePath): NonoError {
  const directory = parentOf(parentOf(file));
  return new NonoError([
    {
      code: 'profile/untrusted',
      message: `"${file}" comes with the project, and its content was not trusted yet`,
      origin: file,
      remedy: `nono profile trust ${quoteForShell(directory)}, once you have read it`,
    },
  ]);
}

/** @throws {NonoError} `profile/untrusted`: this content was not trusted at this path. */
export function demandTrust(file: AbsolutePath, bytes: Buffer, host: Host, { digest }: ProfileReader): void {
  const trusted = readTrusted(host);
  if (!Object.hasOwn(trusted, file) || trusted[file] !== digest(bytes)) throw untrusted(file);
}

// Under another name first: who reads it finds the old one or the new one whole.
function remember(store: AbsolutePath, trusted: Trusted, host: Host): void {
  const next: AbsolutePath = `${store}.${host.session.id}`;
  try {
    makeDirectory(parentOf(store), ownerOnly.directory);
    writeFileSync(next, `${JSON.stringify(trusted, null, 2)}\n`, { mode: ownerOnly.file, flag: 'wx' });
    renameSync(next, store);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new NonoError([
      {
        code: 'profile/unwritable',
        message: `what is trusted cannot be written to "${store}" (${code})`,
        remedy: 'XDG_STATE_HOME=/a/directory/that/can/be/written nono profile trust',
      },
    ]);
  }
}

/**
 * Trusts what a project's profile says now: a run uses it as long as it stays the same.
 *
 * @param accept is shown what would be trusted
 * @returns the file that is trusted; null: it was not accepted
 * @throws {NonoError} `profile/not-found`, `profile/unreadable`, `profile/unwritable`, and what the reader throws
 */
export function trustProject(
  directory: AbsolutePath,
  host: Host,
  reader: () => ProfileReader,
  accept: (found: FoundProfile) => boolean,
): AbsolutePath | null {
  const file = canonicalOf(childOf(directory, projectProfile), host);
  const bytes = profileBytes(file);
  if (bytes === null) throw notFound(file);
  const { read, digest } = reader();
  const profile = read(textOf(bytes, file), file);
  const store = trustFile(host);
  if (store === null)
    throw unreadable(
      file,
      'cannot be remembered: there is no home',
      'XDG_STATE_HOME=/a/directory nono profile trust',
    );
  if (!accept({ name: projectProfile, file, profile })) return null;
  remember(store, { ...readTrusted(host), [file]: digest(bytes) }, host);
  return file;
}
