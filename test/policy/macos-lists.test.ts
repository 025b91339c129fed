// The lists of macOS: their shape, and what they must and must not catch.
import { describe, expect, it, test } from 'vitest';
import { linuxLists } from '../../src/policy/lists.ts';
import {
  macosLists,
  macSensitiveList,
  macSystemList,
  macToolchainList,
} from '../../src/policy/macos-lists.ts';
import { sensitiveListSchema, systemListSchema, toolchainListSchema } from './list-schema.ts';

function contains(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

const sensitive = macosLists.sensitive().groups.flatMap(({ entries }) => entries.map(({ path }) => path));

describe('each list has the shape of its schema', () => {
  test.each([
    ['sensitive', sensitiveListSchema, macSensitiveList()],
    ['system', systemListSchema, macSystemList],
    ['toolchains', toolchainListSchema, macToolchainList],
  ] as const)('macos/%s.jsonc', (_name, schema, list) => {
    expect(schema.safeParse(list).error?.issues ?? []).toEqual([]);
  });
});

describe('macosLists', () => {
  it('holds what holds on Linux, and names each path and each group once', () => {
    const names = macosLists.sensitive().groups.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(sensitive).size).toBe(sensitive.length);
    const elsewhere = linuxLists.sensitive().groups.flatMap(({ entries }) => entries.map(({ path }) => path));
    expect(elsewhere.filter((path) => !sensitive.includes(path))).toEqual([]);
  });

  it('has the same paths by their first component', () => {
    const paths = Object.entries(macosLists.sensitiveRests).flatMap(([base, rests]) =>
      rests.map((rest) => (base === '/' ? `/${rest}` : rest === '' ? base : `${base}/${rest}`)),
    );
    expect([...new Set(paths)].sort()).toEqual([...sensitive].sort());
  });

  it.each([
    '~/Library/Keychains/login.keychain-db',
    '~/Library/Messages/chat.db',
    '~/Library/Mail/V10',
    '~/Library/Safari/History.db',
    '~/Library/Cookies/Cookies.binarycookies',
    '~/Library/Application Support/Google/Chrome/Default/Cookies',
    '~/Library/Application Support/Firefox/Profiles',
    '~/Library/Group Containers/2BUA8C4S2C.com.1password/x',
    '~/Library/Application Support/com.apple.TCC/TCC.db',
    '~/Library/LaunchAgents/x.plist',
    '~/.ssh/id_ed25519',
    '/private/etc/sudoers',
  ])('protects %s', (path) => {
    expect(sensitive.some((each) => contains(each, path))).toBe(true);
  });

  it.each([
    '~/Library',
    '~/Library/Caches',
    '~/Library/Caches/Homebrew',
    '~/Library/Application Support',
    '~/Library/Developer/Xcode/DerivedData',
    '~/Library/pnpm',
    '~/Documents/project',
    '~/project',
  ])('leaves %s free', (path) => {
    expect(sensitive.filter((each) => contains(each, path))).toEqual([]);
  });

  it.each([
    '/private',
    '/private/var',
    '/private/tmp',
    '/Library',
    '/Volumes',
    '/Users',
    '/Applications',
    '/System',
    '/',
  ])('does not grant %s whole', (path) => {
    expect(macSystemList.entries.filter((entry) => contains(entry.path, path))).toEqual([]);
  });

  it('lets nothing be written but devices', () => {
    const written = macSystemList.entries.filter(({ access }) => access === 'readwrite');
    expect(written.filter(({ kind }) => kind !== 'device')).toEqual([]);
  });

  it('grants nothing whole that is sensitive, but for what is granted around it', () => {
    const granted = macSystemList.entries.filter(({ path }) => path !== '/private/etc');
    expect(
      granted.filter(({ path }) => sensitive.some((each) => contains(each, path) || contains(path, each))),
    ).toEqual([]);
  });

  it.each(macToolchainList.entries)('$path reads nothing that is sensitive', ({ reads }) => {
    expect(
      reads.flatMap((read) => sensitive.filter((each) => contains(read, each) || contains(each, read))),
    ).toEqual([]);
  });
});
