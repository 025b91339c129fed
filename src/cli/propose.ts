// The end of `nono learn`: what was denied becomes a profile, shown as a difference, written once somebody agrees.
import { renameSync, writeFileSync } from 'node:fs';
import { NonoError } from '../errors.ts';
import type { DeniedRequest } from '../launch/denials.ts';
import { makeDirectory } from '../launch/make-directory.ts';
import { profileBytes, textOf } from '../launch/profile-file.ts';
import type { LearnWish } from '../launch/report-wish.ts';
import { isOfProject } from '../launch/trust.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { nameOf, parentOf, shorten } from '../plan/path.ts';
import { type Proposal, propose } from '../plan/proposal.ts';
import { quotePath } from '../plan/quote.ts';
import { editProfile, newProfile } from '../policy/edit-profile.ts';
import { readProfile } from '../policy/read-profile.ts';
import { escapeText } from '../term/escape.ts';
import { renderPatch } from '../term/patch.ts';
import { leftToJson, renderLeftOut } from '../term/proposal.ts';
import { confirmed, isTerminal, say, styleFor } from './output.ts';
import { patchOf } from './patch.ts';

/** A profile's text as it is, and as it would be. */
type Change = { readonly before: string | null; readonly after: string };

function oneLine(text: string): string {
  return escapeText(text).replaceAll('\n', ' ');
}

/** How the profile is named to nono: the user's own by their names, any other by its file. */
function referenceOf(file: AbsolutePath): string {
  return file.includes('/nono/profiles/') ? nameOf(file).replace(/\.jsonc?$/, '') : quotePath(file, null);
}

function changeFor({ additions }: Proposal, { file, bases, command }: LearnWish): Change {
  const bytes = profileBytes(file);
  const before = bytes === null ? null : textOf(bytes, file);
  const own = referenceOf(file);
  const comment = `${own}: learned from ${oneLine(command)}; nono profile show ${own} says what it grants.`;
  const after = before === null ? newProfile(comment, bases, additions) : editProfile(before, additions);
  readProfile(after, file); // nothing is proposed that could not be read
  return { before, after };
}

// Under another name first: whoever reads it finds the old one or the new one whole.
function write(file: AbsolutePath, text: string, session: string): void {
  try {
    makeDirectory(parentOf(file));
    const next = `${file}.${session}`;
    writeFileSync(next, text, { flag: 'wx' });
    renameSync(next, file);
  } catch (error) {
    throw new NonoError([
      {
        code: 'profile/unwritable',
        message: `"${file}" cannot be written (${(error as NodeJS.ErrnoException).code})`,
        remedy: 'nono learn --output with another file',
      },
    ]);
  }
}

function useText({ file, command }: LearnWish): string {
  if (isOfProject(file)) return 'nono profile trust, and then nono run';
  return `nono run -p ${referenceOf(file)} -- ${command} …`;
}

function sayProposal(proposal: Proposal, { before, after }: Change, wish: LearnWish, host: Host): void {
  const style = styleFor(2);
  const name = shorten(wish.file, host.home);
  const patch = patchOf(before === null ? '/dev/null' : name, name, before ?? '', after);
  say(renderPatch(patch, style));
  for (const line of renderLeftOut(proposal.left, host.home, style)) say(line);
}

function accept(wish: LearnWish, change: Change, host: Host): boolean {
  const isAccepted =
    wish.isAccepted || (isTerminal(0) && isTerminal(2) && confirmed(`Write ${escapeText(wish.file)}?`));
  if (isAccepted) write(wish.file, change.after, host.session.id);
  return isAccepted;
}

function sayNext(isWritten: boolean, wish: LearnWish): void {
  if (isWritten)
    say(
      `nono: wrote ${escapeText(wish.file)}\n  Try: nono learn once more, until nothing is denied; then ${escapeText(useText(wish))}`,
    );
  else say('nono: nothing was written\n  Try: nono learn --yes, which writes it');
}

/** For programs: written only where `--yes` was given. */
export type ProposedJson = {
  readonly file: string;
  readonly written: boolean;
  readonly additions: Proposal['additions'];
  readonly left: readonly object[];
  /** The whole text of the profile. */
  readonly profile: string | null;
};

/**
 * Proposes a profile for what was denied.
 *
 * @returns the same for programs
 * @throws {NonoError} where the profile that is there cannot be read, or the new one not be written
 */
export function proposeProfile(
  denied: readonly DeniedRequest[],
  wish: LearnWish,
  host: Host,
  isText: boolean,
): ProposedJson {
  const proposal = propose(denied, host, wish.workdir);
  const { additions, left } = proposal;
  const told = { file: wish.file, additions, left: leftToJson(left, host.home) };
  const change = additions.length === 0 ? null : changeFor(proposal, wish);
  if (change === null || change.after === change.before) {
    if (isText) {
      say(left.length === 0 ? 'nono: nothing was denied' : 'nono: nothing is proposed');
      for (const line of renderLeftOut(left, host.home, styleFor(2))) say(line);
    }
    return { ...told, written: false, profile: change?.before ?? null };
  }
  if (isText) sayProposal(proposal, change, wish, host);
  const written = isText ? accept(wish, change, host) : wish.isAccepted && accept(wish, change, host);
  if (isText) sayNext(written, wish);
  return { ...told, written, profile: change.after };
}
