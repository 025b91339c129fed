// The ways in which macOS spells one path: links of the root, and the volume behind its firmlinks.
import type { AbsolutePath } from '../../plan/host.ts';
import { contains } from '../../plan/path.ts';

const dataVolume = '/System/Volumes/Data';

// The directories of the data volume that appear in the root; /usr/share/firmlinks lists them.
const firmlinks: readonly AbsolutePath[] = [
  '/Applications',
  '/Library',
  '/Users',
  '/Volumes',
  '/cores',
  '/opt',
  '/private',
  '/usr/local',
];

const linkedInRoot = /^\/private(?=\/(?:etc|tmp|var)(?:\/|$))/;

function isOnDataVolume(path: AbsolutePath): boolean {
  return firmlinks.some((each) => contains(each, path));
}

/** Every spelling of a canonical path, itself first. */
export function spellingsOf(path: AbsolutePath): readonly AbsolutePath[] {
  const short = path.replace(linkedInRoot, '') as AbsolutePath;
  return [
    path,
    ...(short === path ? [] : [short]),
    ...(isOnDataVolume(path) ? [`${dataVolume}${path}` as const] : []),
  ];
}

/** A regular expression for the start of each spelling; `escaped` makes a text match itself. */
export function spelledStart(path: AbsolutePath, escaped: (text: string) => string): string {
  const short = path.replace(linkedInRoot, '');
  const volume = isOnDataVolume(path) ? `(${escaped(dataVolume)})?` : '';
  return `^${volume}${short === path ? '' : '(/private)?'}${path === '/' ? '' : escaped(short)}`;
}
