// `nono compile` and `nono exec`: a plan as a file confines as a run does, and is refused when it no longer holds.
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePatterns } from '../../src/backend/linux/patterns.ts';
import { protectionVariables } from '../../src/plan/sensitive.ts';
import { environmentList, linuxLists } from '../../src/policy/lists.ts';
import { asEveryone, privateDirectories, type RunOptions, type Sandbox } from './sandbox.ts';

/** Compiles a plan for the sandbox's project, outside of it. */
function compiled(
  box: Sandbox,
  flags: readonly string[],
  command: readonly string[] = [],
  more?: RunOptions,
): string {
  const file = join(box.home, 'plan.nono');
  const words = command.length > 0 ? ['--', ...command] : [];
  const { code, stderr } = box.run(['compile', ...flags, '-o', file, ...words], more);
  expect([code, stderr]).toEqual([0, expect.stringContaining('nono exec')]);
  return file;
}

// A plan is refused where one of these is another.
const deciding = protectionVariables(linuxLists);
const withheldNames = environmentList.withhold
  .flatMap(({ names }) => names)
  .filter((name) => !deciding.includes(name));

const variables = (text: string) =>
  new Map(
    text
      .split('\0')
      .filter(Boolean)
      .map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );

asEveryone('nono exec', (open) => {
  it('runs a command in the plan: what is granted works, what is not is refused, and the report says so', () => {
    const box = open();
    box.file(join(box.home, 'secret'), 'kept');
    box.file(join(box.project, '.env'), 'KEY=1');
    const plan = compiled(box, ['--allow', '.', '--deny', '.env']);
    const { code, stdout, stderr } = box.run([
      'exec',
      plan,
      '--',
      'sh',
      '-c',
      'cat ~/secret; cat .env; echo made > made; cat made; exit 7',
    ]);
    expect([code, stdout, readFileSync(join(box.project, 'made'), 'utf8')]).toEqual([7, 'made\n', 'made\n']);
    expect(stderr).toMatch(/denied.*\.env/s);
    expect(privateDirectories(box)).toEqual([]);
  });

  it('passes standard input, arguments as they are, and the working directory of the caller', () => {
    const box = open();
    mkdirSync(join(box.project, 'inner'));
    chownSync(join(box.project, 'inner'), box.identity.uid, box.identity.gid);
    const plan = compiled(box, ['--allow', '.']);
    const { stdout } = box.run(
      ['exec', plan, 'sh', '-c', 'cat; pwd; printf "<%s>" "$@"', 'name', '', 'a b', '--', '-x'],
      {
        input: 'through ',
        cwd: join(box.project, 'inner'),
      },
    );
    expect(stdout).toBe(`through ${join(box.project, 'inner')}\n<><a b><--><-x>`);
  });

  it('ends by the signal that ended the command, as a run does', () => {
    const box = open();
    const plan = compiled(box, []);
    const ends = (line: string) => {
      const { code, signal } = box.run(['exec', plan, '--', 'sh', '-c', line]);
      return [code, signal];
    };
    expect(ends('kill -TERM $$')).toEqual([143, null]);
    expect(ends('kill -INT $$')).toEqual([null, 'SIGINT']);
    expect(ends('exit 3')).toEqual([3, null]);
  });

  it('keeps originals in a store of the run, which undo puts back', () => {
    const box = open();
    box.file(join(box.project, 'notes'), 'before\n');
    const plan = compiled(box, ['--allow', '.']);
    box.run(['exec', plan, '--', 'sh', '-c', 'echo after > notes']);
    const listed = box.run(['undo', 'list', '--json']);
    expect(JSON.parse(listed.stdout).sessions[0]).toMatchObject({
      kept: 1,
      command: 'sh -c echo after > notes',
    });
    box.run(['undo', 'restore', '--yes']);
    expect(readFileSync(join(box.project, 'notes'), 'utf8')).toBe('before\n');
  });

  it('runs the command that it was compiled with where none is named, and refuses where there is neither', () => {
    const box = open();
    expect(box.run(['exec', compiled(box, [], ['echo', 'a  b'])]).stdout).toBe('a  b\n');
    expect(box.run(['exec', compiled(box, ['--silent', '--allow', '.'].slice(1))])).toMatchObject({
      code: 2,
    });
  });

  it('has a text for agents, unless it was compiled without one, and takes it away again', () => {
    const box = open();
    const words = ['sh', '-c', 'cat "$NONO_GUIDE"'];
    const guided = box.run(['exec', compiled(box, ['--allow', '.']), '--', ...words]);
    expect(guided.stdout).toContain('You run inside nono');
    expect(guided.stdout).toContain(box.project);
    expect(box.run(['exec', compiled(box, ['--no-guide']), '--', ...words]).code).toBe(1);
    expect(privateDirectories(box)).toEqual([]);
  });

  it('lets a compiled command be read that lies outside the grants', () => {
    const box = open();
    const tool = box.file(join(box.base, 'tools/tool'), '#!/bin/sh\necho ran\n', 0o755);
    expect(box.run(['exec', compiled(box, [], [tool])])).toMatchObject({ code: 0, stdout: 'ran\n' });
    expect(box.run(['exec', compiled(box, []), '--', tool])).toMatchObject({ code: 126 });
  });

  it('holds the limits of its plan', () => {
    const box = open();
    const plan = compiled(box, ['--timeout', '1', '--cpu-time', '1']);
    expect(box.run(['exec', plan, '--', 'sleep', '60'])).toMatchObject({
      stderr: expect.stringMatching(/timeout/),
    });
    expect(box.run(['exec', plan, '--', 'echo', 'ran'])).toMatchObject({ code: 0, stdout: 'ran\n' });
    expect(privateDirectories(box)).toEqual([]);
  });

  it('has exit codes for what cannot be found, executed, or is blocked', () => {
    const box = open();
    box.file(join(box.project, 'plain'), '');
    const plan = compiled(box, ['--allow', '.']);
    const run = (...words: string[]) => box.run(['exec', plan, '--', ...words]);
    expect(run('no-such-command')).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('not found on PATH'),
    });
    const said = (text: string) => expect.stringContaining(text);
    expect(run('./nowhere')).toMatchObject({
      code: 127,
      stderr: said('[command/not-found]\n  Try: ls -l ./nowhere\n'),
    });
    expect(run('./plain')).toMatchObject({
      code: 126,
      stderr: said('[command/not-executable]\n  Try: chmod +x ./plain\n'),
    });
    expect(run('a b')).toMatchObject({ code: 127, stderr: said("Try: command -v 'a b'\n") });
    expect(run("it's")).toMatchObject({ code: 127, stderr: said('Try: command -v …\n') });
    expect(run('rm', 'plain')).toMatchObject({
      code: 126,
      stderr: said('rm" is blocked [command/blocked]\n  Try: nono compile --allow-command rm …'),
    });
    expect(box.run(['exec'])).toMatchObject({ code: 2, stderr: expect.stringContaining('nono compile') });
    expect(box.run(['exec', '--unknown', plan])).toMatchObject({ code: 2 });
    expect(box.run(['exec', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nono exec ~/plan.nono -- make'),
    });
  });

  it('gives the command the environment that a run would give it, whatever the caller has by then', () => {
    const box = open();
    const plan = compiled(box, ['--allow', '.', '--env', 'MY_TOKEN', '--env', 'SET=value'], [], {
      env: { MY_TOKEN: 'then', OTHER: 'x' },
    });
    const names = fc.sample(fc.constantFrom(...withheldNames), {
      numRuns: 60,
      seed: 1,
    });
    const values = environmentList.values.flatMap(({ pattern }, at) => {
      const regex = new RegExp(
        pattern.replaceAll(/\{(\d+),\d{3,4}\}/g, '{$1,30}').replaceAll(/\(\?<![^)]*\)|\\b/g, ''),
      );
      return fc
        .sample(
          fc.tuple(
            fc.constantFrom('', 'x', 'pre ', '-'),
            fc.stringMatching(regex),
            fc.constantFrom('', 'y', ' z'),
          ),
          { numRuns: 8, seed: at },
        )
        .map((parts) => parts.join(''));
    });
    const whole = [
      ...values,
      ...values.map((value) => value.slice(1)),
      ...values.map((value) => value.slice(0, -1)),
    ].filter((value) => !/[\0\ud800-\udfff]/.test(value));
    const env = Object.fromEntries([
      ...names.map((name, at) => [name.replaceAll('*', `x${at}`), 'v']),
      ...names.map((name, at) => [`Q${name.replaceAll('*', `y${at}`)}`.toLowerCase(), 'v']),
      ...whole.map((value, at) => [`VALUE_${at}`, value]),
      ...[
        ['MY_TOKEN', 'now'],
        ['OTHER', 'changed'],
        ['TMP', '/tmp'],
        ['EMPTY', ''],
        ['SET', 'outside'],
      ],
    ]);
    const print = ['env', '-0'];
    const outside = variables(
      box.run(['run', '-s', '--allow', '.', '--env', 'MY_TOKEN', '--env', 'SET=value', '--', ...print], {
        env,
      }).stdout,
    );
    const done = box.run(['exec', plan, '--', ...print], { env });
    expect([done.code, done.stderr]).toEqual([0, '']);
    const inside = variables(done.stdout);
    const told = (each: Map<string, string>) =>
      Object.fromEntries(
        [...each].map(([name, value]) => [name, value.replaceAll(/nono-\d[0-9a-z-]+/g, 'SESSION')]),
      );
    expect(told(inside)).toEqual(told(outside));
    expect(inside.get('MY_TOKEN')).toBe('now');
    expect([...inside].filter(([name]) => name.startsWith('VALUE_')).length).toBeGreaterThan(0);
    expect([...inside].filter(([name]) => name.startsWith('VALUE_')).length).toBeLessThan(whole.length);
  });

  it('needs no PATH, and starts no Node: nothing that it runs is called so', () => {
    const box = open();
    const plan = compiled(box, ['--read', '/proc']);
    // The processes around the command, from inside: nono, the supervisor, the guard, and itself.
    const line = 'for each in /proc/[0-9]*; do [ "$(readlink $each/cwd)" = "$PWD" ] && cat $each/comm; done';
    const { code, stdout } = box.run(
      ['exec', plan, '--', '/bin/sh', '-c', `PATH=/bin:/usr/bin; ${line}; echo ran`],
      { env: { PATH: undefined } },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('ran\n');
    expect(stdout).not.toContain('node\n');
  });

  describe('refuses a plan', () => {
    type Change = (box: Sandbox, plan: string) => void;
    const refusal = (box: Sandbox, plan: string, options: RunOptions = {}) => {
      const { code, stdout, stderr } = box.run(['exec', plan, '--', 'echo', 'ran'], options);
      expect([code, stdout]).toEqual([125, '']);
      expect(privateDirectories(box)).toEqual([]);
      return stderr;
    };
    const own = (box: Sandbox, path: string) => chownSync(path, box.identity.uid, box.identity.gid);

    it.each<[string, string, Change]>([
      ['that everybody may write', 'others can write it', (_, plan) => chmodSync(plan, 0o602)],
      ['that its group may write', 'others can write it', (_, plan) => chmodSync(plan, 0o620)],
      ['that has another name', 'further names', (box, plan) => linkSync(plan, join(box.base, 'other'))],
      ['in a directory that others may write', 'directories', (box) => chmodSync(box.home, 0o777)],
      [
        'of a granted directory that is another',
        'not what it was',
        (box) => {
          renameSync(box.project, `${box.project}-before`);
          mkdirSync(box.project);
          own(box, box.project);
        },
      ],
      [
        'of a granted directory that has become a link',
        'not what it was',
        (box) => {
          renameSync(join(box.project, 'data'), join(box.project, 'data-before'));
          symlinkSync(box.home, join(box.project, 'data'));
        },
      ],
      [
        'of a granted file that is another',
        'not what it was',
        (box) => {
          box.file(join(box.project, 'next'));
          renameSync(join(box.project, 'next'), join(box.project, 'file'));
        },
      ],
      [
        'whose denied path was not there',
        'was not there then',
        (box) => box.file(join(box.project, 'later')),
      ],
      [
        'whose profile says something else',
        'says something else',
        (box) => appendFileSync(join(box.home, 'mine.jsonc'), ' '),
      ],
      [
        'of a repository that names a directory of hooks since',
        'names a directory of hooks',
        (box) => box.file(join(box.project, '.git/config'), '[core]\n\thooksPath = scripts\n'),
      ],
      [
        'where a sensitive directory has become a link',
        'say where protected files are',
        (box) => symlinkSync(box.project, join(box.home, '.ssh')),
      ],
      [
        'where a link in a sensitive directory leads elsewhere',
        'say where protected files are',
        (box) => symlinkSync(join(box.project, 'file'), join(box.home, '.aws/credentials')),
      ],
      ['that is cut', 'it is', (_, plan) => truncateSync(plan, statSync(plan).size - 1)],
      ['that has grown', 'it is', (_, plan) => appendFileSync(plan, '\0')],
      [
        'that is no plan',
        'it is no plan',
        (_, plan) => writeFileSync(plan, 'not a plan, but long enough for one'),
      ],
      [
        'that is no file',
        'it is no file',
        (box, plan) => {
          rmSync(plan);
          mkdirSync(plan);
          own(box, plan);
        },
      ],
      ['that is gone', 'No such file', (_, plan) => rmSync(plan)],
    ])('%s', (_, reason, change) => {
      const box = open();
      box.file(join(box.project, 'file'));
      box.file(join(box.project, 'data/file'));
      box.file(join(box.home, '.aws/config'));
      box.file(join(box.home, 'mine.jsonc'), '{ "filesystem": { "read": ["~/shared"] } }');
      const flags = [
        '--allow',
        '.',
        '--read',
        'data',
        '--allow-file',
        'file',
        '--deny',
        'later',
        '-p',
        join(box.home, 'mine.jsonc'),
      ];
      const plan = compiled(box, flags);
      expect(box.run(['exec', plan, '--', 'echo', 'ran']).stdout).toBe('ran\n');
      change(box, plan);
      expect(refusal(box, plan)).toContain(reason);
    });

    it('whose variables lead elsewhere', () => {
      const box = open();
      const plan = compiled(box, ['--allow', '.']);
      expect(refusal(box, plan, { env: { HOME: box.base } })).toContain('$HOME is another');
      expect(refusal(box, plan, { env: { XDG_CONFIG_HOME: box.base } })).toContain('$XDG_CONFIG_HOME');
    });

    it('that lies in what it lets its commands write, wherever it was compiled', () => {
      const box = open();
      const plan = compiled(box, ['--allow', '.']);
      const inside = join(box.project, 'plan');
      copyFileSync(plan, inside);
      own(box, inside);
      expect(refusal(box, inside)).toContain('lies in what it lets its commands write');
      const { code, stderr } = box.run(['compile', '--allow', '.', '-o', 'plan']);
      expect([code, stderr]).toEqual([125, expect.stringContaining('lets its commands write')]);
    });

    it('of a kernel that offered more', () => {
      const box = open();
      const plan = compiled(box, ['--allow', '.']);
      const without = join(box.tools, 'without');
      const { code, stderr } = box.outside([without, 'notify', box.nono, 'exec', plan, '--', 'true']);
      expect([code, stderr]).toEqual([125, expect.stringContaining('the kernel offers something else')]);
    });

    it('of another installation, or of one that was built anew', () => {
      const box = open();
      const other = join(box.base, 'other');
      mkdirSync(other);
      for (const name of ['nono', 'nono-launcher'])
        copyFileSync(join(box.nono, '..', name), join(other, name));
      const plan = compiled(box, []);
      const { code, stdout, stderr } = box.outside([join(other, 'nono'), 'exec', plan, '--', 'echo', 'ran']);
      expect([code, stdout, stderr]).toEqual([125, '', expect.stringContaining('another installation')]);
    });

    it('that was damaged at any place, or says more than it may', () => {
      const box = open();
      const plan = compiled(box, ['--allow', '.']);
      const whole = readFileSync(plan);
      for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] as number) ^ 0x10;
        writeFileSync(plan, bytes);
        expect(refusal(box, plan)).toContain('cannot be used');
      }
    });

    it('as JSON where that is asked for', () => {
      const box = open();
      const plan = compiled(box, []);
      chmodSync(plan, 0o666);
      const { stderr } = box.run(['exec', '--json', plan, '--', 'true']);
      expect(JSON.parse(stderr)).toMatchObject({
        status: 'error',
        exitCode: 125,
        issues: [{ code: 'exec/plan' }],
      });
    });
  });

  it('goes on with a plan where what changed decides nothing', () => {
    const box = open();
    box.file(join(box.home, '.aws/config'));
    box.file(join(box.project, '.git/config'), '[core]\n');
    const plan = compiled(box, ['--allow', '.', '--deny', '**/later']);
    box.file(join(box.home, 'new/file'));
    box.file(join(box.home, '.bashrc'));
    box.file(join(box.project, 'later'));
    box.file(join(box.project, '.git/config'), '[remote "origin"]\n');
    symlinkSync('new', join(box.home, 'link'));
    expect(box.run(['exec', plan, '--', 'sh', '-c', 'echo ran; cat later'])).toMatchObject({
      stdout: 'ran\n',
    });
    expect(readdirSync(join(box.home, '.local/state/nono/sessions'))).toEqual([]);
    expect(existsSync(join(box.home, '.bashrc'))).toBe(true);
  });

  it('compile refuses what a run refuses, and a place that is none', () => {
    const box = open();
    const compile = (...words: string[]) => box.run(['compile', ...words]);
    expect(compile('--allow', 'nowhere', '-o', join(box.home, 'plan'))).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('does not exist'),
    });
    expect(compile('--allow', '.')).toMatchObject({ code: 2, stderr: expect.stringContaining('-o') });
    expect(compile('-o', box.home)).toMatchObject({ code: 2 });
    expect(compile('-o', join(box.home, 'no/such/plan'))).toMatchObject({ code: 125 });
    expect(readdirSync(box.home).filter((name) => name.startsWith('plan'))).toEqual([]);
  });

  it('compile prints a plan instead of writing it where that is asked for, and says how a written one runs', () => {
    const box = open();
    const file = join(box.home, 'a plan');
    const words = ['compile', '--allow', '.', '-o', file];
    const { code, stdout, stderr } = box.run([...words, '--dry-run', '--', 'true']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`--allow  ${box.project}\n`);
    expect(existsSync(file)).toBe(false);
    expect(box.run([...words, '--', 'sh', '-c', 'echo a b']).stderr).toMatch(
      /Try: nono exec '.*\/a plan'\n$/,
    );
    expect(box.run(words).stderr).toMatch(/Try: nono exec '.*\/a plan' -- COMMAND\n$/);
  });
});

describe('compilePatterns()', () => {
  it('takes every pattern of the built-in list, and refuses what the matcher does not have', () => {
    expect(compilePatterns(environmentList.values.map(({ pattern }) => pattern)).length).toBeGreaterThan(
      1000,
    );
    for (const pattern of ['a+', 'a*', '(a)', '(?=a)', '[a', 'a{2,}', '\\1', '.', '(?:a'])
      expect(() => compilePatterns([pattern]), pattern).toThrow('cannot be compiled');
  });
});
