// What a run left behind in a project must not steer the next nono there: its planner runs unconfined.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Sandbox } from './sandbox.ts';

/** Code that any of the files below would run, and what it leaves when it was run. */
function plant({ file, project }: Sandbox): { code: string; trace: string } {
  const trace = join(project, 'steered');
  const code = file(
    join(project, 'planted.cjs'),
    `require('fs').writeFileSync(${JSON.stringify(trace)}, '')`,
  );
  return { code, trace };
}

const lines = [
  ['run', '--silent', '--', 'true'],
  ['why', '/etc/passwd'],
];

asEveryone('what steers a JavaScript runtime', (open) => {
  it('does not steer nono from its working directory', () => {
    const sandbox = open();
    const { file, project, home } = sandbox;
    const { code, trace } = plant(sandbox);
    for (const directory of [project, home])
      for (const name of ['bunfig.toml', '.bunfig.toml'])
        file(join(directory, name), `preload = [${JSON.stringify(code)}]\n`);
    file(
      join(project, '.env'),
      `NODE_OPTIONS=--require=${code}\nBUN_OPTIONS=--preload=${code}\nHOME=/nowhere\n`,
    );
    file(join(project, 'package.json'), '{ "type": "module", "imports": { "#x": "./planted.cjs" } }');
    file(join(project, 'tsconfig.json'), '{ "compilerOptions": { "paths": { "*": ["./planted.cjs"] } } }');
    file(join(project, 'node_modules/fs/index.js'), `require(${JSON.stringify(code)})`);
    for (const words of lines) expect(sandbox.run(words)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(trace)).toBe(false);
  });

  it('does not steer nono from the environment, and reaches the command', () => {
    const sandbox = open();
    const { code, trace } = plant(sandbox);
    const env = {
      NODE_OPTIONS: `--require=${code}`,
      BUN_OPTIONS: `--preload=${code}`,
      BUN_BE_BUN: '1',
      BUN_INSPECT_PRELOAD: code,
    };
    for (const words of lines) expect(sandbox.run(words, { env }).code).toBe(0);
    expect(existsSync(trace)).toBe(false);
    const { stdout } = sandbox.run(['run', '--silent', '--', 'sh', '-c', 'echo $BUN_BE_BUN'], { env });
    expect(stdout).toBe('1\n');
  });
});

asEveryone('a link that a run left behind', (open) => {
  it('opens nothing by a directory of PATH, nor by the name of a command', () => {
    const { file, project, home, env, run } = open();
    const secret = file(join(home, 'papers/bin/secret'), 'secret');
    const beside = file(join(home, 'papers/lib/secret'), 'secret');
    file(join(home, 'papers/bin/tool'), '#!/bin/sh\necho tool', 0o755);
    file(join(project, 'venv/bin/tool'), '#!/bin/sh\nexec cat "$@"', 0o755);
    const searched = { PATH: `${project}/venv/bin:${env.PATH}` };
    const told = () =>
      run(['run', '-s', '--allow', '.', '--', 'cat', secret, beside], { env: searched }).stdout;
    expect(
      run(['run', '-s', '--allow', '.', '--', 'tool', 'venv/bin/tool'], { env: searched }).stdout,
    ).toContain('exec');
    const line = `mv venv/bin venv/old && ln -s ${home}/papers/bin venv/bin`;
    expect(run(['run', '-s', '--allow', '.', '--', 'bash', '-c', line]).code).toBe(0);
    expect(told()).toBe('');
    // By its name alone the file itself may be read, as any that runs.
    const ran = run(['run', '-s', '--allow', '.', '--', 'tool'], { env: searched });
    expect(ran.stdout).toBe('tool\n');
    const script = `#!/bin/sh\ncat ${secret} ${beside}`;
    file(join(home, 'papers/bin/tool'), script, 0o755);
    expect(run(['run', '-s', '--allow', '.', '--', 'tool'], { env: searched }).stdout).toBe('');
    const whole = 'mv venv was && ln -s ~/papers venv';
    expect(run(['run', '-s', '--allow', '.', '--', 'bash', '-c', whole]).code).toBe(0);
    expect([told(), run(['run', '-s', '--allow', '.', '--', 'tool'], { env: searched }).stdout]).toEqual([
      '',
      '',
    ]);
  });

  it('opens nothing by a variable that names certificates', () => {
    const { file, project, home, run } = open();
    const secret = file(join(home, 'papers/secret'), 'secret');
    const env = {
      SSL_CERT_DIR: file(join(project, 'certs'), ''),
      NODE_EXTRA_CA_CERTS: file(join(project, 'ca'), ''),
    };
    const told = () => run(['run', '-s', '--allow', '.', '--', 'cat', secret], { env }).stdout;
    const planted = (target: string, link: string) =>
      run([
        'run',
        '-s',
        '--allow',
        '.',
        '--',
        'bash',
        '-c',
        `mv ${link} was-${link}; ln -s ${target} ${link}`,
      ]).code;
    expect([planted(dirname(secret), 'certs'), told()]).toEqual([0, '']);
    expect([planted(secret, 'ca'), told()]).toEqual([0, '']);
  });
});
