// The line before a run and the page of --dry-run.
import { describe, expect, it } from 'vitest';
import type { Grant } from '../../src/plan/grant.ts';
import type { AbsolutePath, Support } from '../../src/plan/host.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { environmentList } from '../../src/policy/lists.ts';
import { renderLine, renderPlan } from '../../src/term/plan.ts';
import { planToJson } from '../../src/term/plan-json.ts';
import { plain } from '../../src/term/style.ts';
import { disk, machine, support } from '../golden/machine.ts';

const home = '/home/ada';
const plan = (
  flags: PolicyFlags = {},
  environment: Record<string, string> = {},
  words = ['true'],
  kernel: Support = support,
): Plan =>
  buildPlan(
    policyFromFlags(flags, words),
    machine(disk, { environment: { PATH: '/usr/bin', ...environment } }),
    kernel,
  );

const line = (...parts: Parameters<typeof plan>) => renderLine(plan(...parts), home);

/** The page without what changes with every entry of the lists. */
const page = (each: Plan, all = false) =>
  renderPlan(each, home, plain, all).replace(/^ {2}\d+ paths .*$/m, '  N paths  …');

const granted = (paths: readonly AbsolutePath[], changes: Partial<Grant> = {}): Plan => ({
  ...plan(),
  grants: paths.map((path) => ({
    path,
    kind: 'directory',
    access: 'read',
    origin: 'flag:--read',
    required: true,
    ...changes,
  })),
});

describe('renderLine()', () => {
  it.each<[PolicyFlags, string]>([
    [{}, 'writes nothing; network open; 0 variables withheld'],
    [{ allow: ['.'] }, 'writes ~/project; network open; 0 variables withheld'],
    [{ netBlock: true }, 'writes nothing; network blocked; 0 variables withheld'],
    [{ read: ['~/data'] }, 'writes nothing; also reads ~/data; network open; 0 variables withheld'],
    [
      { read: ['~/data'], writeFile: ['notes'] },
      'writes ~/project/notes; also reads ~/data; network open; 0 variables withheld',
    ],
  ])('%j: %s', (flags, text) => {
    expect(line(flags)).toBe(text);
  });

  it('counts what is withheld', () => {
    expect(line({}, { A_TOKEN: 'x' })).toContain('; 1 variable withheld');
    expect(line({}, { A_TOKEN: 'x', B_TOKEN: 'y' })).toContain('; 2 variables withheld');
  });

  it('names the profile that would share the caches of the command', () => {
    expect(renderLine(plan(), home, 'rust')).toMatch(/; your caches closed: --extends rust opens them$/);
  });

  it('names three paths and counts the rest', () => {
    expect(renderLine(granted(['/a', '/b', '/c', '/d', '/e']), home)).toContain(
      'also reads /a, /b, /c and 2 more;',
    );
  });

  it('names a directory to write that is readable by default as well', () => {
    expect(line({ write: ['/usr'] })).toBe('writes /usr; network open; 0 variables withheld');
  });

  it('lets no control character of a path through', () => {
    expect(renderLine(granted(['/a\u001b[2J\n']), home)).toContain('reads /a\\x1b[2J\\n;');
  });
});

describe('renderPlan()', () => {
  it('shows what would be enforced, in groups', () => {
    const each = plan({ allow: ['.'], read: ['~/data'], netBlock: true }, { A_TOKEN: 'x' }, ['true', 'a b']);
    expect(page(each)).toMatchInlineSnapshot(`
      "Command  true 'a b'

      Write
        --allow  ~/project
        session  /tmp/nono-1
        devices  /dev/null

      Read
        --read   ~/data
        session  /tmp/nono-1.json
        system   /usr, /usr/bin, /etc/passwd, /etc/ssl/certs, /proc
        git      ~/.gitconfig
        command  /usr/bin/true

      Never
        N paths  …

      Denied inside
        git-hooks         ~/project/**/.git/hooks/*, ~/project/**/.git/modules/*/hooks/*, ~/project/**/.git/modules/*/*/hooks/* and 7 more
        project-editors   ~/project/**/.vscode/tasks.json, ~/project/**/.vscode/launch.json, ~/project/**/.vscode/settings.json and 12 more
        shell-hooks       ~/project/**/.envrc, ~/project/**/.autoenv, ~/project/**/.autoenv.zsh and 1 more
        project-agents    ~/project/**/.mcp.json, ~/project/**/.claude, ~/project/**/.codex and 14 more
        server-sockets    ~/project/**/tmux-[0-9][0-9][0-9]*/*, ~/project/**/tmux-0/*, ~/project/**/ssh-*/agent.[0-9]* and 2 more
        project-profiles  ~/project/**/.nono

      Commands blocked
        destroys     rm, rmdir, shred, unlink, srm
        disks        dd, mkfs, mkfs.btrfs, mkfs.ext2, mkfs.ext3, mkfs.ext4 and 17 more
        permissions  chmod, chown, chgrp, chattr, setfacl, setcap and 1 more
        escalates    sudo, sudoedit, su, doas, pkexec, runuser and 6 more
        machine      shutdown, reboot, halt, poweroff, telinit, systemctl and 19 more

      Network
        blocked  none

      Originals
        deleting   refused for what existed before
        rewriting  keeps the original first, in ~/.local/state/nono/sessions/20260223-101500-1-a

      Environment
        set       TMPDIR, XDG_CACHE_HOME, npm_config_cache, HISTFILE, LESSHISTFILE, PYTHON_HISTORY, NODE_REPL_HISTORY, SQLITE_HISTORY, PSQL_HISTORY, TMUX_TMPDIR, SCREENDIR, NONO, NONO_PLAN
        withheld  A_TOKEN

      Guarantees
        files            files outside the grants cannot be read, written, executed or listed (Landlock)
        truncation       files outside the write grants cannot be truncated (Landlock)
        devices          devices outside the grants cannot be controlled (Landlock)
        system-calls     no system call goes around the wall (seccomp)
        sockets          services behind Unix sockets outside the write grants cannot be reached (seccomp, and a broker for those that are granted)
        metadata         modes, owners, times and attributes change only where writing is granted (seccomp notifications to a broker)
        commands         blocked commands are not executed: a guard rail, not a wall (seccomp notifications to a broker)
        processes        other processes cannot be traced, nor their memory read (Landlock)
        signals          processes outside cannot be signalled (Landlock)
        privileges       no privilege is gained, and root keeps no capability that passes the wall (no_new_privs, capabilities)
        descriptors      only standard input, output and error are handed over (close_range)
        environment      secrets and loader variables are withheld, temporary files are private (a new environment)
        network          no network: TCP, UDP, DNS and every other family (seccomp)
        protected-names  what runs later outside, such as git hooks, cannot be planted under its usual names (seccomp notifications to a broker, and a sweep at the end)
        originals        what existed before the run is neither deleted nor lost (seccomp notifications to a broker that keeps it first)
        lifetime         nothing outlives the run (Landlock signal scope, subreaper)"
    `);
  });

  it('shows what is not held and why', () => {
    const older: Support = { ...support, landlock: { abi: 5 } };
    expect(page(plan({ bestEffort: true }, {}, ['true'], older))).toContain(
      'NOT HELD: processes outside cannot be signalled (this kernel has Landlock ABI 5, and 6 is needed)',
    );
  });

  it('shortens long groups, but never what was asked for, and nothing with all', () => {
    const paths = ['/a', '/b', '/c', '/d', '/e', '/f', '/g', '/h'] as const;
    const builtIn = granted(paths, { origin: 'built-in:system' });
    expect(page(builtIn)).toContain('system  /a, /b, /c, /d, /e, /f and 2 more');
    expect(page(builtIn, true)).toContain('system  /a, /b, /c, /d, /e, /f, /g, /h');
    expect(page(granted(paths))).toContain('--read  /a, /b, /c, /d, /e, /f, /g, /h');
  });

  it('shows under Write what may be written, and under Read the rest', () => {
    const [writes = '', reads = ''] = page(plan({ write: ['out'], read: ['~/data'] })).split('\n\nRead\n');
    expect(writes).toContain('~/project/out');
    expect(reads).toContain('~/data');
    expect(reads.split('\n\n')[0]).not.toContain('~/project/out');
  });

  it('lets no control character of a word, a path or a variable through', () => {
    const each = plan({}, { '\u001b[2J_TOKEN': 'x' }, ['true', '\u001b[31m\n\u202e']);
    const text = page({ ...each, grants: granted(['/\u0007']).grants });
    expect(text).toContain("Command  true $'\\x1b[31m\\x0a\\u202e'");
    expect(text).toContain('/\\x07');
    expect(text).toContain('\\x1b[2J_TOKEN');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe('planToJson()', () => {
  it('is the plan without the values of the environment', () => {
    const each = plan({ env: ['PLAIN=visible-value'] }, { A_TOKEN: 'hidden-value' });
    const json = planToJson(each) as Record<string, unknown>;
    expect(json).toMatchObject({ version: 1, command: each.command, grants: each.grants, workdir: null });
    expect(json.environment).toEqual({
      passed: ['PATH', 'PLAIN'],
      absent: [],
      set: ['TMPDIR', ...environmentList.private.map(({ variable }) => variable), 'NONO', 'NONO_PLAN'],
      withheld: [{ name: 'A_TOKEN', reason: 'its name says that it holds a secret' }],
    });
    expect(JSON.stringify(json)).not.toMatch(/visible-value|hidden-value/);
  });

  it('spells the protected paths out', () => {
    const { protected: paths } = planToJson(plan()) as { protected: { path: string }[] };
    expect(paths.map(({ path }) => path)).toContain('/home/ada/.ssh');
  });
});
