// nono inside nono: the session inside is judged by its own plan too, and what is around it by its own alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { asEveryone, isAlive, type Sandbox, unguarded } from './sandbox.ts';

const attempts = readFileSync(new URL('inside.py', import.meta.url), 'utf8');
const refused = /Permission denied|not permitted/;

const toolOf = (box: Sandbox) => box.file(join(box.base, 'tools/inside.py'), attempts);

asEveryone('nono inside nono', (open) => {
  /** Runs a script in a session; there nono is `$1`, the attempts are `$2` and the probe `$3`. */
  const around = (box: Sandbox, script: string, flags: readonly string[] = []) => {
    const tool = toolOf(box);
    const reads = [inject('installation'), dirname(tool)].flatMap((path) => ['--read', path]);
    return box.run([
      ...['run', '--silent', '--allow', '.', ...reads, ...unguarded, ...flags],
      ...['--', 'bash', '-c', script, 'bash', box.nono, tool, box.probe],
    ]);
  };
  const begin = (flags: string, command: string) =>
    `"$1" run --silent --read "$(dirname "$2")" --read "$(dirname "$3")" ${unguarded.join(' ')} ${flags} -- ${command}`;
  const lines = ({ stdout }: { readonly stdout: string }) => stdout.trim().split('\n');

  it('does in what it was granted all as outside, and nothing in what only the session around it was', () => {
    const box = open();
    const script = [
      'python3 "$2" prepare work; python3 "$2" prepare other',
      begin('--allow work', 'python3 "$2" try work'),
      begin('--allow work', 'python3 "$2" try other'),
      'python3 "$2" prepare third && python3 "$2" try third',
    ].join('\n');
    const done = around(box, script);
    expect(done.stderr).toBe('');
    const [work, other, third] = lines(done).map((line) => JSON.parse(line));
    const ways = Object.keys(work);
    expect(ways.length).toBeGreaterThan(30);
    for (const way of ways) {
      expect([way, work[way], third[way]]).toEqual([way, 'done', 'done']);
      expect([way, other[way]]).toEqual([way, expect.stringMatching(refused)]);
    }
  });

  it('writes what it may write and not read, and reads what it may read and not write', () => {
    const box = open();
    box.file(join(box.project, 'in/file'), 'in');
    box.file(join(box.project, 'out/file'), 'out');
    const attempts = [
      'cat in/file',
      'echo x >> in/file',
      'echo x >> out/file',
      'cat out/file',
      'exec 3<>out/file',
      'mv in/file out/moved',
    ].map((each) => `(${each}) 2>/dev/null; echo " $?"`);
    const done = around(box, begin('--read in --write out', `sh -c '${attempts.join('; ')}'`));
    expect(done.stdout).toBe('in 0\n 2\n 0\n 1\n 2\n 1\n');
  });

  it('keeps what existed before, and deletes none of it', () => {
    const box = open();
    box.file(join(box.project, 'old'), 'before');
    box.file(join(box.project, 'kept'), 'before');
    const done = around(box, begin('--allow .', `sh -c 'echo after > kept; rm old; rm -f made; ls'`));
    expect(done.stderr).toMatch(/cannot remove 'old': Operation not permitted/);
    expect([readFileSync(join(box.project, 'old'), 'utf8'), done.stdout]).toEqual(['before', 'kept\nold\n']);
    box.run(['undo', 'restore', '--yes']);
    expect(readFileSync(join(box.project, 'kept'), 'utf8')).toBe('before');
  });

  it('plants no hook that runs later outside', () => {
    const box = open();
    box.outside(['git', 'init', '-q']);
    const hook = 'echo x > .git/hooks/pre-commit';
    expect(around(box, begin('--allow .', `sh -c '${hook}'`)).stderr).toMatch(refused);
    expect(existsSync(join(box.project, '.git/hooks/pre-commit'))).toBe(false);
  });

  it('denies inside its grants where the session around it judges as much, and says so where it does not', () => {
    const box = open();
    box.file(join(box.project, 'work/secret'), 'secret');
    const read = begin('--allow work --deny work/secret', 'cat work/secret');
    const alone = around(box, read);
    expect([alone.code, alone.stdout]).toEqual([125, '']);
    expect(alone.stderr).toMatch(/nobody look at what is opened for reading[\s\S]*Try: /);
    const judged = around(box, `${read}; ${begin('--allow work', 'cat work/secret')}`, [
      '--deny',
      'elsewhere',
    ]);
    expect([judged.stdout, judged.stderr]).toEqual(['secret', expect.stringMatching(refused)]);
    const made = begin(
      '--allow work --deny-write "work/**/*.lock"',
      "python3 -c \"open('work/a.lock', 'x')\"",
    );
    expect(around(box, made, ['--deny', 'elsewhere']).stderr).toMatch(/PermissionError/);
    expect(around(box, made).stderr).toMatch(/nobody look at all that is made/);
  });

  it('loses nothing of the denies around it', () => {
    const box = open();
    box.file(join(box.project, 'work/secret'), 'secret');
    const lifting = begin(
      '--allow work --bypass-protection work/secret --read-file work/secret',
      'cat work/secret',
    );
    expect(around(box, `${lifting}; true`, ['--deny', 'work/secret']).stdout).toBe('');
  });

  it('blocks commands by both lists', () => {
    const box = open();
    const done = around(box, begin('--block-command id', `sh -c 'id -u; nl /dev/null; env true; echo end'`), [
      '--block-command',
      'nl',
    ]);
    expect(lines(done)).toEqual(['end']);
    expect(done.stderr).toMatch(/nono: id[\s\S]*nono: nl/);
  });

  describe('the network', () => {
    const serve = async (box: Sandbox): Promise<string> => {
      const server = spawn('python3', [toolOf(box), 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
      onTestFinished(() => void server.kill());
      const [port] = await once(server.stdout, 'data');
      return String(port).trim();
    };

    it('is closed inside an open one, to every family', () => {
      for (const family of ['2', '10', '16', '17'])
        expect(around(open(), begin('--net-block', `"$3" socket ${family} 1`)).stdout).toBe('EACCES\n');
      expect(around(open(), begin('', '"$3" socket 2 1')).stdout).toBe('ok\n');
    });

    it('has the ports that both were given', async () => {
      const box = open();
      const [one, other] = [await serve(box), await serve(box)];
      const reach = (port: string, outer: readonly string[] = []) =>
        around(box, begin(`--allow-port ${one}`, `python3 "$2" connect ${port}`), outer).stdout.trim();
      expect(reach(one)).toBe('served');
      expect(reach(other)).toMatch(refused);
      expect(reach(one, ['--allow-port', one])).toBe('served');
      expect(reach(one, ['--allow-port', other])).toMatch(refused);
    });

    it('listens on no port that nobody named', () => {
      const inside = begin('--listen-port 8080', 'python3 "$2" listen');
      expect(around(open(), inside).stdout).toMatch(refused);
      expect(around(open(), begin('', 'python3 "$2" listen')).stdout).toBe('None\n');
    });
  });

  describe('its processes', () => {
    it('are known by a limit that nobody changes, inside or around it', () => {
      const box = open();
      const [prlimit, setrlimit] = process.arch === 'arm64' ? [261, 164] : [302, 160];
      const limit = `python3 -c 'import resource; print(resource.getrlimit(12)[1])'`;
      const change = [
        `"$3" syscall ${prlimit} 0 12 0x100000000 0`,
        `"$3" syscall ${prlimit} 0 0x10000000c 0x7fff00000000 0`,
        `"$3" syscall ${setrlimit} 12 0x100000000`,
        'bash -c "ulimit -H -q 0" 2>/dev/null && echo changed || echo EPERM',
      ].join('; ');
      const script = `${limit}; ${change}; ${begin('--allow .', `bash -c '${limit.replaceAll("'", `'"'"'`)}; ${change.replaceAll('"$3"', '"$0"')}' "$3"`)}; ${limit}`;
      const told = lines(around(box, script));
      const [before, ...rest] = told;
      const mark = rest[4];
      expect(rest.slice(0, 4)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM']);
      expect(rest.slice(5, 9)).toEqual(['EPERM', 'EPERM', 'EPERM', 'EPERM']);
      expect(rest.at(-1)).toBe(before);
      expect(mark).not.toBe(before);
    });

    it('are offered no Landlock, whose narrower sandbox the broker would lead around', () => {
      const [create, restrict] = ['"$3" syscall 444 0 0 1', '"$3" syscall 446 0 0'];
      const inside = begin(
        '--allow .',
        `sh -c '${create.replace('$3', '$0')}; ${restrict.replace('$3', '$0')}' "$3"`,
      );
      expect(lines(around(open(), `${create}; ${restrict}; ${inside}`))).toEqual(Array(4).fill('EOPNOTSUPP'));
    });

    it('cannot signal what is around them, and do not outlive their session, which is outlived', () => {
      const box = open();
      const script = [
        'sleep 300 & echo $!',
        begin(
          '--allow .',
          `sh -c 'kill -9 '$!' 2>&1; kill -9 -1 2>&1; setsid sleep 300 & echo $!; sleep 0.2'`,
        ),
        'kill -0 $! && echo alive',
      ].join('\n');
      const told = lines(around(box, script));
      expect(told.join('\n')).toMatch(/not permitted/);
      expect(told.at(-1)).toBe('alive');
    });

    it('are killed with their launcher, and what is around them goes on', () => {
      const box = open();
      const script = [
        `${begin('--allow .', `sh -c 'echo $$ > pid; exec sleep 300'`)} & while [ ! -s pid ]; do sleep 0.05; done`,
        'pkill -9 -f nono-launcher -n -P $!; wait $!; echo "$?"; sleep 0.3; kill -0 "$(cat pid)" 2>/dev/null || echo gone; echo x > after',
      ].join('\n');
      expect(lines(around(box, script)).slice(-1)).toEqual(['gone']);
      expect(existsSync(join(box.project, 'after'))).toBe(true);
      expect(isAlive(Number(readFileSync(join(box.project, 'pid'), 'utf8')))).toBe(false);
    });
  });

  it('is many at a time, each with its own grants', () => {
    const box = open();
    for (const name of ['a', 'b', 'c', 'd']) box.file(join(box.project, name, 'old'));
    const each = (own: string) =>
      begin(
        `--allow ${own}`,
        `sh -c 'for d in a b c d; do echo x 2>/dev/null > $d/of-${own}; done; sleep 0.5'`,
      );
    around(box, `${['a', 'b', 'c', 'd'].map((own) => `${each(own)} &`).join(' ')} wait; ls ? > listing`);
    const listing = readFileSync(join(box.project, 'listing'), 'utf8');
    expect(listing).toBe(['a', 'b', 'c', 'd'].map((own) => `${own}:\nof-${own}\nold\n`).join('\n'));
  });

  it('is none inside one that is inside, and says so', () => {
    const done = around(
      open(),
      begin('--allow . --read "$(dirname "$(dirname "$1")")"', '"$1" run -s --allow . -- true'),
    );
    expect([done.code, done.stderr]).toEqual([125, expect.stringContaining('itself inside one')]);
  });

  it('gives exit codes, streams and its private directory as outside', () => {
    const script = begin('', `sh -c 'cat; echo "$TMPDIR" >&2; echo x > "$TMPDIR/x" || exit 9; exit 7'`);
    const done = around(open(), `echo in | ${script}; echo "$?"; ls "$TMPDIR"`);
    expect(lines(done)).toEqual(['in', '7']);
    expect(existsSync(done.stderr.trim())).toBe(false);
  });
});
