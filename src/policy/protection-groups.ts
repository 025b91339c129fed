// The names of the built-in groups of protected paths, and which of them a profile may leave out.
import { protectedList, sensitiveList } from './lists.ts';

const groups = [...sensitiveList().groups, ...protectedList.groups];

export const protectionGroups: readonly string[] = [...new Set(groups.map(({ name }) => name))];

/** Those that a profile may exclude. */
export const optionalGroups: readonly string[] = groups
  .filter(({ optional }) => optional)
  .map(({ name }) => name);
