// The built-in lists of macOS: what holds on Linux holds there too, but for what the system itself is.
import sensitive from '../../profiles/macos/sensitive.jsonc?lazy';
import sensitivePaths from '../../profiles/macos/sensitive.jsonc?paths';
import system from '../../profiles/macos/system.jsonc';
import toolchains from '../../profiles/macos/toolchains.jsonc';
import {
  linuxLists,
  type PlatformLists,
  type SensitiveGroup,
  type SensitiveList,
  type SystemList,
  type ToolchainList,
} from './lists.ts';

// The casts hold as those of lists.ts do.
export const macSensitiveList = sensitive as () => SensitiveList;
export const macSystemList = system as SystemList;
export const macToolchainList = toolchains as ToolchainList;

/** A group of the same name is one group. */
function joined(one: readonly SensitiveGroup[], other: readonly SensitiveGroup[]): SensitiveGroup[] {
  const groups = new Map(one.map((group) => [group.name, group]));
  for (const group of other) {
    const known = groups.get(group.name);
    const entries = [...(known?.entries ?? []), ...group.entries];
    groups.set(group.name, { ...group, ...known, entries });
  }
  return [...groups.values()];
}

function joinedRests(
  one: PlatformLists['sensitiveRests'],
  other: PlatformLists['sensitiveRests'],
): PlatformLists['sensitiveRests'] {
  const bases = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return Object.fromEntries(bases.map((base) => [base, [...(one[base] ?? []), ...(other[base] ?? [])]]));
}

let list: SensitiveList | null = null;

export const macosLists: PlatformLists = {
  sensitive: () => {
    list ??= { groups: joined(linuxLists.sensitive().groups, macSensitiveList().groups) };
    return list;
  },
  sensitiveRests: joinedRests(linuxLists.sensitiveRests, sensitivePaths),
  system: macSystemList,
  toolchains: { entries: [...linuxLists.toolchains.entries, ...macToolchainList.entries] },
};

/** `#lists`, where nono is built on macOS. */
export const platformLists = macosLists;
