// Commands in a compiled plan, as programs start them: ChildProcess and options as of node:child_process, and nothing of
// the host process confined or changed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, isAlive, type Sandbox, until } from '../enforcement/sandbox.ts';
import { answerOf, provideLibrary, runScript } from './script.ts';

const prelude = `
import { once } from 'node:events';
import { buildPlan, definePolicy, NonoError, undo } from 'nono';
const say = (value) => console.log(JSON.stringify(value));
const codes = async (act) => { try { await act(); return 'nothing thrown'; } catch (error) {
  return error instanceof NonoError ? error.issues.map(({ code }) => code) : String(error); } };
`;

const ask = (box: Sandbox, code: string, options = {}) => answerOf(box, prelude + code, options);

asEveryone('Sandbox', (open) => {
  it('spawn() gives a ChildProcess: streams, code, pid, session, and the report', () => {
    const box = open();
    expect(
      ask(
        box,
        `const child = buildPlan({}).compile().spawn('cat');
         child.stdin.end('through');
         let out = '';
         child.stdout.on('data', (chunk) => { out += chunk; });
         const [code, signal] = await once(child, 'close');
         const report = await child.report;
         say([out, code, signal, report.session === child.session, report.complete, report.denied, report.originals]);`,
      ),
    ).toEqual(['through', 0, null, true, true, [], null]);
  });

  it('spawn() confines: what was not granted is refused, and the host reads on', () => {
    const box = open();
    box.file(join(box.home, 'secret'), 'kept');
    expect(
      ask(
        box,
        `import { readFileSync } from 'node:fs';
         const sandbox = buildPlan({ allow: ['.'] }).compile();
         const { code, stdout } = await sandbox.exec('cat ~/secret; echo made > made; cat made');
         say([code, stdout, readFileSync(process.env.HOME + '/secret', 'utf8'), readFileSync('made', 'utf8')]);`,
      ),
    ).toEqual([0, 'made\n', 'kept', 'made\n']);
  });

  it('installs no signal handler and leaves no descriptor, no directory, no listener', () => {
    const box = open();
    const before = readdirSync(box.env.TMPDIR as string);
    const seen = ask(
      box,
      `import { readdirSync } from 'node:fs';
       import { constants } from 'node:os';
       const listeners = () => [...Object.keys(constants.signals), 'exit', 'beforeExit', 'uncaughtException']
         .reduce((sum, name) => sum + process.listenerCount(name), 0);
       const state = () => [listeners(), readdirSync('/proc/self/fd').length];
       const sandbox = buildPlan({ allow: ['.'] }).compile();
       await sandbox.execFile('true');
       const first = state();
       const during = sandbox.spawn('sleep', ['5']);
       const handlers = listeners();
       during.kill();
       await during.report;
       await Promise.all(Array.from({ length: 20 }, () => sandbox.execFile('true')));
       await new Promise((next) => setImmediate(next));
       say([state().join() === first.join(), handlers === first[0]]);`,
    );
    expect(seen).toEqual([true, true]);
    expect(readdirSync(box.env.TMPDIR as string)).toEqual(before);
    const sessions = join(box.home, '.local/state/nono/sessions');
    expect(existsSync(sessions) ? readdirSync(sessions) : []).toEqual([]);
  });

  it('runs many at once, each with a private directory of its own', () => {
    const box = open();
    const outputs = ask(
      box,
      `const sandbox = buildPlan({}).compile();
       const results = await Promise.all(Array.from({ length: 25 }, (_, at) =>
         sandbox.exec('echo $TMPDIR; echo ' + at + ' > $TMPDIR/mine; cat $TMPDIR/mine')));
       say(results.map(({ stdout }) => stdout.split('\\n')));`,
    ) as string[][];
    expect(outputs.map(([, number]) => number)).toEqual(Array.from({ length: 25 }, (_, at) => String(at)));
    expect(new Set(outputs.map(([directory]) => directory)).size).toBe(25);
  });

  it('ends by the signal that ended the command, and hands signals on to it', () => {
    const box = open();
    expect(
      ask(
        box,
        `const sandbox = buildPlan({}).compile();
         const ending = async (line, act) => {
           const child = sandbox.spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'ignore'] });
           await once(child.stdout, 'data');
           act(child);
           const [code, signal] = await once(child, 'exit');
           const { complete } = await child.report;
           return [code, signal, child.killed, complete];
         };
         say([
           await ending('echo; exec sleep 60', (child) => child.kill()),
           await ending('echo; exec sleep 60', (child) => child.kill('SIGINT')),
           await ending('trap "exit 7" TERM; echo; while :; do sleep 0.05; done', (child) => child.kill()),
           await ending('echo; kill -SEGV $$', () => {}),
           await ending('trap "" TERM INT; echo; sleep 60', (child) => child.kill('SIGKILL')),
           await ending('echo; exit 143', () => {}),
         ]);`,
      ),
    ).toEqual([
      [null, 'SIGTERM', true, true],
      [null, 'SIGINT', true, true],
      [7, null, true, true],
      [null, 'SIGSEGV', false, true],
      [null, 'SIGKILL', true, false],
      [143, null, false, true],
    ]);
  });

  it('is aborted by an AbortSignal and by a timeout, whole and with every descendant', () => {
    const box = open();
    const answer = ask(
      box,
      `import { readFileSync } from 'node:fs';
       const sandbox = buildPlan({ allow: ['.'] }).compile();
       const line = 'setsid sleep 60 & echo $! > pid-$0; echo; wait';
       const controller = new AbortController();
       const aborted = sandbox.spawn('sh', ['-c', line, '1'], { signal: controller.signal });
       const errors = [];
       aborted.on('error', (error) => errors.push(error.name));
       await once(aborted.stdout, 'data');
       controller.abort();
       const [, signal] = await once(aborted, 'exit');
       await aborted.report;
       const timed = sandbox.spawn('sh', ['-c', line, '2'], { timeout: 300, killSignal: 'SIGKILL' });
       const [, other] = await once(timed, 'close');
       const already = await codes(() => sandbox.execFile('sleep', ['60'], { signal: AbortSignal.abort() }));
       const late = await codes(() => sandbox.execFile('sleep', ['60'], { signal: AbortSignal.timeout(100) }));
       say([errors, signal, other, already, late, ['1', '2'].map((each) => Number(readFileSync('pid-' + each, 'utf8')))]);`,
    ) as unknown[];
    expect(answer.slice(0, 3)).toEqual([['AbortError'], 'SIGTERM', 'SIGKILL']);
    expect(String(answer[3])).toMatch(/^AbortError/);
    expect(String(answer[4])).toMatch(/AbortError/);
    for (const pid of answer[5] as number[]) expect(isAlive(pid)).toBe(false);
  });

  it('ends with its host, however that ends', async () => {
    const box = open();
    provideLibrary(box);
    const file = box.file(
      join(box.project, 'host.mjs'),
      `${prelude}
       const sandbox = buildPlan({ allow: ['.'] }).compile();
       sandbox.spawn('sh', ['-c', 'setsid sleep 60 & echo $! > pid; wait'], { detached: true });
       setTimeout(() => {}, 60_000);`,
    );
    const { spawn } = await import('node:child_process');
    const host = spawn(process.execPath, [file], {
      cwd: box.project,
      env: box.env,
      uid: box.identity.uid,
      gid: box.identity.gid,
      stdio: 'ignore',
    });
    const pidFile = join(box.project, 'pid');
    await until(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'), 'the command');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(isAlive(pid)).toBe(true);
    host.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the session to end with its host');
  });

  it('withholds secrets and loader variables from whatever environment it is given', () => {
    const box = open();
    expect(
      ask(
        box,
        `const print = (sandbox, env) => sandbox.exec('echo "$A_TOKEN|$LD_PRELOAD|$NAME|$URL|$NONO"', { env }).then(({ stdout }) => stdout);
         const env = { PATH: process.env.PATH, A_TOKEN: 't', LD_PRELOAD: '', NAME: 'n', URL: 'postgres://u:secret@host/db' };
         say([await print(buildPlan({}).compile(), env), await print(buildPlan({ env: ['A_TOKEN', 'NAME=other'] }).compile(), env)]);`,
      ),
    ).toEqual(['||n||1\n', 't||other||1\n']);
  });

  it('takes cwd, shell, argv0, input and stdio as node:child_process does', () => {
    const box = open();
    expect(
      ask(
        box,
        `import { openSync, readFileSync } from 'node:fs';
         const sandbox = buildPlan({ allow: ['.'] }).compile();
         const out = openSync('out', 'w');
         const child = sandbox.spawn('echo', ['to a file'], { stdio: ['ignore', out, 'inherit'] });
         await child.report;
         say([
           (await sandbox.execFile('pwd', [], { cwd: '/usr' })).stdout,
           (await sandbox.execFile('pwd', [], { cwd: new URL('file:///usr/bin') })).stdout,
           (await sandbox.spawn('echo $0', ['$((1 + 1))'], { shell: true }).stdout.toArray()).join(''),
           (await sandbox.execFile('sh', ['-c', 'echo $0'], { argv0: 'other' })).stdout,
           (await sandbox.execFile('cat', [], { input: 'ähem' })).stdout,
           readFileSync('out', 'utf8'),
           (await sandbox.execFile('cat', [], { input: 'ab', encoding: 'hex' })).stdout,
         ]);`,
      ),
    ).toEqual(['/usr\n', '/usr/bin\n', '/bin/sh 2\n', 'other\n', 'ähem', 'to a file\n', '6162']);
  });

  it('says with typed errors what cannot start, all issues at once', () => {
    const box = open();
    box.file(join(box.project, 'script'), '#!/no/such/interpreter\n', 0o755);
    box.file(join(box.project, 'plain'), '', 0o644);
    expect(
      ask(
        box,
        `const sandbox = buildPlan({ allow: ['.'] }).compile();
         say([
           await codes(() => definePolicy({ alow: ['.'], allow: '.', netBlock: 1 })),
           await codes(() => definePolicy({ onDelete: 'ask', allowPort: [0] })),
           await codes(() => definePolicy(null)),
           await codes(() => buildPlan({ allow: ['no-such', '~/neither'] })),
           await codes(() => buildPlan({ profiles: ['no-such-profile'] })),
           await codes(() => sandbox.spawn('no-such-command')),
           await codes(() => sandbox.spawn('./plain')),
           await codes(() => sandbox.spawn('rm', ['x'])),
           await codes(() => sandbox.spawn('true', [], { cwd: 'nowhere' })),
           await codes(() => sandbox.spawn('true', [], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] })),
           await codes(() => sandbox.spawn('true', [], { uid: 1 })),
           await codes(() => sandbox.execFile('./script')),
           await codes(() => sandbox.spawn('./script').report),
           await codes(() => sandbox.execFile('yes', [], { maxBuffer: 100 })),
           await codes(() => undo('no-such-session')),
         ]);`,
      ),
    ).toEqual([
      ['usage/option', 'usage/option', 'usage/option'],
      ['usage/option', 'usage/option'],
      ['usage/option'],
      ['plan/path-missing', 'plan/path-missing'],
      ['profile/not-found'],
      ['command/not-found'],
      ['command/not-executable'],
      ['command/blocked'],
      ['plan/workdir'],
      ['usage/option'],
      ['usage/option'],
      ['command/not-found'],
      ['command/not-found'],
      ['launch/too-much-output'],
      ['undo/no-session'],
    ]);
  });

  it('a command that was not listened to for errors fails its host as any ChildProcess would', () => {
    const box = open();
    box.file(join(box.project, 'script'), '#!/no/such/interpreter\n', 0o755);
    const { code, stderr } = runScript(
      box,
      `${prelude} buildPlan({ allow: ['.'] }).compile().spawn('./script');`,
    );
    expect(code).not.toBe(0);
    expect(stderr).toContain('command/not-found');
  });

  it('reports what was refused, event by event and in the report, with the rule', () => {
    const box = open();
    box.file(join(box.project, '.env'), 'KEY=1');
    expect(
      ask(
        box,
        `const plan = buildPlan({ allow: ['.'], deny: ['.env'] });
         const child = plan.compile().spawn('cat', ['.env'], { stdio: 'ignore' });
         const events = [];
         child.on('denied', ({ request, verdict }) => events.push([request.op, verdict.reason, verdict.rule.origin]));
         child.on('report', ({ denied }) => events.push(denied.length));
         await child.report;
         const { status, reason } = plan.ask({ op: 'read', path: '.env' });
         say([events, status, reason]);`,
      ),
    ).toEqual([[['read', 'denied_path', 'flag:--deny'], 1], 'denied', 'denied_path']);
  });

  it('plan.ask() answers of the moment', () => {
    const box = open();
    expect(
      ask(
        box,
        `import { writeFileSync } from 'node:fs';
         const plan = buildPlan({ allow: ['.'] });
         const status = () => plan.ask({ op: 'delete', path: 'new' }).status;
         const before = status();
         writeFileSync('new', '');
         say([before, status(), plan.ask({ op: 'connect', host: '127.0.0.1', port: 80 }).status,
           plan.ask({ op: 'execute', command: 'rm' }).reason]);`,
      ),
    ).toEqual(['allowed', 'denied', 'allowed', 'command_blocked']);
  });

  it('keeps originals, and undo() puts them back', () => {
    const box = open();
    box.file(join(box.project, 'notes'), 'before\n');
    box.file(join(box.project, 'other'), 'before\n');
    expect(
      ask(
        box,
        `import { readFileSync } from 'node:fs';
         const sandbox = buildPlan({ allow: ['.'] }).compile();
         const { report } = await sandbox.exec('echo after > notes; echo after > other');
         const one = undo(report.session, { paths: ['notes'] });
         const read = () => [readFileSync('notes', 'utf8'), readFileSync('other', 'utf8')];
         const first = read();
         const rest = undo(report.session);
         say([report.originals.kept, one.restored.length, first, rest.restored.length, read(), typeof rest.session]);`,
      ),
    ).toEqual([2, 1, ['before\n', 'after\n'], 1, ['before\n', 'before\n'], 'string']);
  });

  it('keeps from a command what was made the moment before', () => {
    expect(
      ask(
        open(),
        `import { writeFileSync } from 'node:fs';
         const sandbox = buildPlan({ allow: ['.'] }).compile();
         const removed = [];
         for (let count = 0; count < 30; count++) {
           writeFileSync('file' + count, '');
           removed.push((await sandbox.execFile('perl', ['-e', 'exit !unlink "file' + count + '"'])).code === 0);
         }
         say(removed.filter(Boolean));`,
      ),
    ).toEqual([]);
  });

  it('takes profiles by name and by file, and another place to start from', () => {
    const box = open();
    box.file(join(box.project, 'mine.jsonc'), '{ "filesystem": { "read": ["~/shared"] } }');
    box.file(join(box.home, 'shared/text'), 'shared');
    box.file(join(box.base, 'elsewhere/file'), 'found');
    expect(
      ask(
        box,
        `const sandbox = buildPlan({ profiles: ['./mine.jsonc', 'node'] }).compile();
         const there = buildPlan({ read: ['elsewhere'] }, { cwd: '..' }).compile();
         say([(await sandbox.exec('cat ~/shared/text')).stdout, (await there.exec('cat ../elsewhere/file')).stdout]);`,
      ),
    ).toEqual(['shared', 'found']);
  });

  it("a directory that took a granted one's name is not reached by a link", () => {
    const box = open();
    box.file(join(box.project, 'work/file'), '');
    box.file(join(box.home, 'secret'), 'kept');
    expect(
      ask(
        box,
        `import { renameSync, symlinkSync } from 'node:fs';
         const sandbox = buildPlan({ allow: ['work'] }).compile();
         renameSync('work', 'gone');
         symlinkSync(process.env.HOME, 'work');
         say(await codes(() => sandbox.exec('cat work/secret')));`,
      ),
    ).toEqual(['launch/failed']);
  });

  const standing = (change: string) => `
    import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { HOME } = process.env;
    const sandbox = buildPlan({ allow: ['work'], read: ['via'], deny: ['work/none'] }).compile();
    const first = await sandbox.exec('echo ran');
    ${change}
    await sleep(1100);
    say([first.stdout, await codes(() => sandbox.exec('echo ran'))]);`;
  const prepared = (open: () => Sandbox) => {
    const box = open();
    for (const name of ['work/.git/config', 'one/file', 'other/file']) box.file(join(box.project, name));
    box.file(join(box.home, '.aws/config'));
    box.outside(['ln', '-s', 'one', 'via']);
    return box;
  };

  it.each([
    ['a named path leads elsewhere', "rmSync('via'); symlinkSync('other', 'via');"],
    ['a protected directory has become a link', "symlinkSync(process.cwd() + '/work', HOME + '/.ssh');"],
    ['a key is a link', "symlinkSync(process.cwd() + '/one/file', HOME + '/.aws/credentials');"],
    [
      'git takes its hooks from elsewhere',
      "writeFileSync('work/.git/config', '[core]\\n\\thooksPath = scripts\\n');",
    ],
  ])('starts nothing by a plan that was decided from something else: %s', (_, change) => {
    expect(ask(prepared(open), standing(change))).toEqual(['ran\n', ['launch/changed']]);
  });

  it('starts nothing where a key became a link in a directory that had been left alone', () => {
    const box = prepared(open);
    const left = `import { setTimeout as alone } from 'node:timers/promises';\nawait alone(2100);`;
    const change = "symlinkSync(process.cwd() + '/one/file', HOME + '/.aws/credentials');";
    expect(ask(box, left + standing(change))).toEqual(['ran\n', ['launch/changed']]);
  });

  it('goes on where what changed decides nothing', () => {
    const change = `mkdirSync(HOME + '/.ssh'); writeFileSync(HOME + '/.ssh/id', ''); writeFileSync('work/none', '');
      writeFileSync('work/.git/config', '[core]\\n\\tbare = false\\n'); symlinkSync('one', HOME + '/link');`;
    expect(ask(prepared(open), standing(change))).toEqual(['ran\n', 'nothing thrown']);
  });
});
