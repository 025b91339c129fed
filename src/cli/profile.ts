// `nono profile`: which profiles there are, what they say, whether they hold here, and new ones.
import { writeFileSync } from 'node:fs';
import { machine } from '#machine';
import { platform } from '#platform';
import { exitCodes, type Issue, isNonoError, NonoError } from '../errors.ts';
import { thisHost } from '../launch/host.ts';
import { makeDirectory } from '../launch/make-directory.ts';
import { profileFinder, profileNames, profilesDirectory } from '../launch/profiles.ts';
import { projectProfile, trustProject } from '../launch/trust.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { childOf, parentOf, toAbsolute } from '../plan/path.ts';
import { quoteForShell } from '../plan/quote.ts';
import { bundledNames } from '../policy/bundled.ts';
import { policyFromFlags } from '../policy/from-flags.ts';
import { layerFromProfile } from '../policy/from-profile.ts';
import { joinLayers, type Layer } from '../policy/layer.ts';
import { anyCommand } from '../policy/policy.ts';
import type { FoundProfile } from '../policy/profile.ts';
import { profileName } from '../policy/profile-schema.ts';
import { resolveProfiles } from '../policy/resolve-profile.ts';
import { escapeText } from '../term/escape.ts';
import { type ProfileRule, renderRules, rulesOf } from '../term/profile.ts';
import { plain } from '../term/style.ts';
import { initHooks } from './hooks.ts';
import { confirmed, isTerminal, printJson, printResult, say, styleFor } from './output.ts';
import { patchOf } from './patch.ts';
import type { Reader } from './profiles.ts';

export type ProfileCommandFlags = {
  readonly json?: boolean;
  readonly yes?: boolean;
  /** init: agents' own settings instead of a profile. */
  readonly hooks?: boolean;
};

type Context = { readonly host: Host; readonly reader: Reader; readonly flags: ProfileCommandFlags };

function layersOf(reference: string, { host, reader }: Context): readonly Layer[] {
  const here = { platform: machine.platform, environment: host.environment };
  return resolveProfiles([reference], profileFinder(host, reader)).map((each) =>
    layerFromProfile(each, here),
  );
}

/** A profile, or what is wrong with it: a list is shown whole, whatever one of them says. */
function look(name: string, { host, reader }: Context): FoundProfile | null {
  try {
    return profileFinder(host, reader)(name, null);
  } catch (error) {
    if (isNonoError(error)) return null;
    throw error;
  }
}

function list(words: readonly string[], context: Context): number {
  if (words.length > 0) throw usage('list takes no words', 'nono profile list');
  const profiles = profileNames(context.host).map((name) => {
    const found = look(name, context);
    const description =
      found === null ? 'cannot be read: nono profile check says why' : found.profile.meta?.description;
    return { name, file: found?.file ?? null, description: description ?? '' };
  });
  if (context.flags.json) printJson({ version: 1, profiles });
  else {
    const style = styleFor(1);
    const width = Math.max(...profiles.map(({ name }) => name.length));
    for (const { name, file, description } of profiles)
      printResult(
        `${name.padEnd(width)}  ${escapeText(description)}${file === null ? '' : style('faint', `  (${escapeText(file)})`)}`,
      );
  }
  return 0;
}

function show([reference, ...rest]: readonly string[], context: Context): number {
  if (reference === undefined || rest.length > 0)
    throw usage('show takes one profile', 'nono profile show claude');
  const layer = joinLayers(layersOf(reference, context));
  const rules = rulesOf(layer);
  if (context.flags.json) printJson({ version: 1, profiles: layer.profiles, rules });
  else {
    const style = styleFor(1);
    const from = layer.profiles.map(({ name, file }) => `${name} (${file ?? 'built in'})`).join(', ');
    printResult(`${style('faint', escapeText(from))}\n\n${renderRules(rules, style)}`);
  }
  return 0;
}

/** Plans a run with it, so that what this machine lacks is said as well. */
function check(words: readonly string[], context: Context): number {
  if (words.length === 0) throw usage('check takes profiles', 'nono profile check NAME|FILE…');
  const plan = platform.planner(context.host); // once: the launcher answers once
  for (const reference of words) {
    plan(policyFromFlags({}, anyCommand, layersOf(reference, context)));
    if (!context.flags.json) say(`nono: ${escapeText(reference)}: nothing is wrong with it`);
  }
  if (context.flags.json) printJson({ version: 1, status: 'valid', profiles: words });
  return 0;
}

function diff([one, other, ...rest]: readonly string[], context: Context): number {
  if (one === undefined || other === undefined || rest.length > 0)
    throw usage('diff takes two profiles', 'nono profile diff claude ./mine.jsonc');
  const [before, after] = [one, other].map((each) => rulesOf(joinLayers(layersOf(each, context)))) as [
    ProfileRule[],
    ProfileRule[],
  ];
  if (context.flags.json) {
    const text = (rules: readonly ProfileRule[]) =>
      new Set(rules.map(({ key, value }) => JSON.stringify([key, value])));
    const [had, has] = [text(before), text(after)];
    const only = (rules: readonly ProfileRule[], others: Set<string>) =>
      rules.filter(({ key, value }) => !others.has(JSON.stringify([key, value])));
    printJson({ version: 1, added: only(after, had), removed: only(before, has) });
  } else {
    const bare = (rules: readonly ProfileRule[]) =>
      `${renderRules(
        rules.map((rule) => ({ ...rule, origin: null })),
        plain,
      )}\n`;
    printResult(patchOf(one, other, bare(before), bare(after)));
  }
  return 0;
}

/** @param bases what it adds to: who names one like a bundled profile means that one and more */
function template(name: string, bases: readonly string[], host: Host): string {
  const schema =
    host.installation === null ? null : childOf(parentOf(host.installation), 'schemas/profile.schema.json');
  return `// ${name}: what programs may reach that run with this profile. Every key may be left out; docs/profiles.md explains
// them all, and nono profile check finds mistakes.
{
${schema === null ? '' : `  "$schema": ${JSON.stringify(`file://${schema}`)},\n`}  "meta": { "description": "" },

  // profiles that this one adds to: nono profile list
  "extends": ${JSON.stringify(bases)},

  "filesystem": {
    // directories to read and write; $WORKDIR is where the command starts
    "allow": [],
    // directories to read
    "read": [],
    // beats every grant: neither read nor written
    "deny": ["**/.env"]
  },

  // true: no network at all
  "network": { "block": false },

  // variables that are passed although they look secret
  "environment": { "pass": [] }
}
`;
}

function writeNew(file: AbsolutePath, text: string): void {
  try {
    makeDirectory(parentOf(file));
    writeFileSync(file, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const exists = code === 'EEXIST';
    throw new NonoError([
      {
        code: 'profile/unwritable',
        message: `"${file}" ${exists ? 'is there already' : `cannot be written (${code})`}`,
        remedy: exists ? 'another name, or edit it' : `ls -ld ${quoteForShell(parentOf(file))}`,
      },
    ]);
  }
}

/** A profile of the user's by its name; without one the project's. */
function init(words: readonly string[], { host, flags }: Context): number {
  if (flags.hooks) return initHooks(words, host, flags);
  const [name, ...rest] = words;
  if (rest.length > 0) throw usage('init takes one name', 'nono profile init mine');
  if (name !== undefined && !profileName.test(name))
    throw usage(`"${name}" cannot name a profile: a-z, 0-9, ".", "_" and "-" can`, 'nono profile init mine');
  const directory = name === undefined ? host.workingDirectory : profilesDirectory(host);
  if (directory === null)
    throw usage('there is no directory for it', 'HOME=/a/directory nono profile init mine');
  const file = childOf(directory, name === undefined ? projectProfile : `${name}.jsonc`);
  const bases = name !== undefined && bundledNames.includes(name) ? [name] : [];
  writeNew(file, template(name ?? 'This project', bases, host));
  const next = name === undefined ? 'nono profile trust' : `nono run -p ${name} -- COMMAND`;
  say(`nono: wrote ${escapeText(file)}\n  Try: ${next}`);
  return 0;
}

/** Shows what would be trusted, and asks. */
function trust([directory = '.', ...rest]: readonly string[], { host, reader, flags }: Context): number {
  const start = toAbsolute(directory, host);
  if (rest.length > 0 || start === null) throw usage('trust takes one directory', 'nono profile trust .');
  const accept = (found: FoundProfile): boolean => {
    if (flags.yes) return true;
    const layer = layerFromProfile(found, { platform: machine.platform, environment: host.environment });
    printResult(renderRules(rulesOf(layer), styleFor(1)));
    if (!isTerminal(0)) throw usage('trust asks on a terminal', 'nono profile trust --yes');
    return confirmed(`Trust ${escapeText(found.file ?? '')} as long as it says this?`);
  };
  const file = trustProject(start, host, reader, accept);
  say(file === null ? 'nono: it is not trusted' : `nono: trusted ${escapeText(file)} as it is now`);
  return file === null ? exitCodes.unanswered : 0;
}

function usage(message: string, remedy: string): NonoError {
  const issue: Issue = { code: 'usage/flag-value', message, remedy };
  return new NonoError([issue]);
}

const actions = { list, show, check, diff, init, trust } as const;

/**
 * Runs one `nono profile` command.
 *
 * @returns the exit code
 * @throws {NonoError} where it cannot be done, or something is wrong with a profile
 */
export function profile(
  [action = 'list', ...words]: readonly string[],
  flags: ProfileCommandFlags,
  reader: Reader,
): number {
  if (Object.hasOwn(actions, action))
    return actions[action as keyof typeof actions](words, { host: thisHost(), reader, flags });
  throw new NonoError([
    {
      code: 'usage/unknown-command',
      message: `"${action}" is none of ${Object.keys(actions).join(', ')}`,
      remedy: 'nono profile list',
    },
  ]);
}
