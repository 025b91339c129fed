// Git's configuration as far as it runs programs or leads elsewhere.
import type { AbsolutePath, Host } from './host.ts';
import { childOf, isAbsolute } from './path.ts';

/** Keys whose values git executes, reads as further configuration, or takes as another place; `*` is any subsection. */
const commandKeys = [
  'core.hookspath',
  'core.fsmonitor',
  'core.sshcommand',
  'core.editor',
  'core.pager',
  'core.askpass',
  'core.gitproxy',
  'core.alternaterefscommand',
  'extensions.worktreeconfig', // a file of settings more
  'core.worktree',
  'core.attributesfile',
  'alias.*',
  'pager.*',
  'filter.*.clean',
  'filter.*.smudge',
  'filter.*.process',
  'diff.external',
  'diff.*.command',
  'diff.*.textconv',
  'merge.*.driver',
  'mergetool.*.cmd',
  'mergetool.*.path',
  'difftool.*.cmd',
  'difftool.*.path',
  'browser.*.cmd',
  'browser.*.path',
  'credential.helper',
  'credential.*.helper',
  'gpg.program',
  'gpg.*.program',
  'gpg.ssh.defaultkeycommand',
  'gc.recentobjectshook',
  'guitool.*.cmd',
  'hook.*.command',
  'imap.tunnel',
  'include.path',
  'includeif.*.path',
  'init.templatedir',
  'interactive.difffilter',
  'man.*.cmd',
  'sequence.editor',
  'uploadpack.packobjectshook',
  'remote.*.uploadpack',
  'remote.*.receivepack',
  'remote.*.vcs',
  'submodule.*.update',
  'sendemail.sendmailcmd',
  'sendemail.smtpserver',
  'sendemail.tocmd',
  'sendemail.cccmd',
  'sendemail.headercmd',
  'tar.*.command',
  'trailer.*.cmd',
  'trailer.*.command',
  'url.*.insteadof',
  'url.*.pushinsteadof',
  'http.proxy',
  'http.*.proxy',
  'protocol.ext.allow',
];

const patterns = commandKeys.map((key) => new RegExp(`^${key.replaceAll('.', '\\.').replace('*', '.*')}$`));

/** An alias is a command of git's own unless it starts with `!`; submodules are updated by a command likewise. */
function runs(key: string, value: string): boolean {
  if (key.startsWith('alias.') || key.startsWith('submodule.')) return value.startsWith('!');
  return patterns.some((pattern) => pattern.test(key));
}

function withoutComment(line: string): string {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line[at] === '"') quoted = !quoted;
    else if (!quoted && (line[at] === '#' || line[at] === ';')) return line.slice(0, at);
  }
  return line;
}

function unquoted(value: string): string {
  return value.replace(/\\(.)|"/g, (_, escaped = '') => escaped).trim();
}

/** Every setting of a configuration file by its text `key=value`, where a key is `section.subsection.name`. */
function settingsOf(text: string): Map<string, readonly [key: string, value: string]> {
  const settings = new Map<string, readonly [string, string]>();
  let section = '';
  for (const whole of text.replace(/\\\r?\n/g, '').split('\n')) {
    let line = whole.trim();
    const header = /^\[\s*([^\s"\]]+)\s*(?:"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header !== null) {
      const [all, name = '', subsection] = header;
      section =
        subsection === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${unquoted(subsection)}`;
      line = line.slice(all.length).trim(); // a setting may follow in the same line
    }
    const [, name, value] = /^([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*))?$/s.exec(withoutComment(line)) ?? [];
    if (name === undefined) continue;
    const [key, meant] = [`${section}.${name.toLowerCase()}`, unquoted(value ?? 'true')];
    settings.set(`${key}=${meant}`, [key, meant]);
  }
  return settings;
}

/** The settings that run a command or lead elsewhere, and were not there before; `key=value` each. */
export function addedCommands(before: string, after: string): string[] {
  const known = settingsOf(before);
  return [...settingsOf(after)]
    .filter(([setting, [key, value]]) => !known.has(setting) && runs(key, value))
    .map(([setting]) => setting);
}

/** Where git takes its hooks from instead of its own directory, as it is written; null where nothing says so. */
export function hooksPathIn(text: string): string | null {
  const set = [...settingsOf(text).values()].filter(([key]) => key === 'core.hookspath');
  return set.at(-1)?.[1] ?? null;
}

/** The configuration of the user and the machine, where git looks for it. */
export function userGitConfigs({ environment, home }: Host): AbsolutePath[] {
  const set = environment.GIT_CONFIG_GLOBAL;
  if (set !== undefined) return isAbsolute(set) ? ['/etc/gitconfig', set] : ['/etc/gitconfig'];
  const config = environment.XDG_CONFIG_HOME ?? '';
  const directory = isAbsolute(config) ? config : home && childOf(home, '.config');
  const own = home === null ? [] : [childOf(home, '.gitconfig')];
  return ['/etc/gitconfig', ...(directory === null ? [] : [childOf(directory, 'git/config')]), ...own];
}

/** The configuration of the repository whose worktree a directory is or would be: a linked one shares another's. */
export function gitConfigFile(directory: AbsolutePath, host: Host): AbsolutePath {
  const git = childOf(directory, '.git');
  const text = host.inspect(git).kind === 'file' ? host.text(git) : null;
  const linked = /^gitdir: (\/.+)\/\.git\/worktrees\/[^/]+\s*$/.exec(text ?? '')?.[1];
  return linked === undefined ? childOf(git, 'config') : (`${linked}/.git/config` as AbsolutePath);
}
