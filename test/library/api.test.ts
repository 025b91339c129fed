// What is public: every symbol documented with an example that runs, and the report of the interface as it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { asOrdinaryUser } from '../enforcement/sandbox.ts';
import { runScript } from './script.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

type Example = { readonly name: string; readonly code: string };

const fence = /```ts\n([\s\S]*?)```/g;

/** The examples of a file: in comments their lines start with a star. */
function examplesIn(path: string): Example[] {
  const comments = [...read(path).matchAll(/\/\*\*[\s\S]*?\*\//g)].map(([comment]) =>
    comment.replaceAll(/^\s*\* ?/gm, '').replaceAll('*\\/', '*/'),
  );
  const texts = path.endsWith('.md') ? [read(path)] : comments;
  return texts
    .flatMap((text) => [...text.matchAll(fence)].map(([, code = '']) => code))
    .map((code, at) => ({ name: `${path}, example ${at + 1}`, code }));
}

const sources = [
  'src/errors.ts',
  ...['exec', 'options', 'plan', 'policy', 'report', 'sandbox', 'spawn', 'undo'].map(
    (name) => `src/library/${name}.ts`,
  ),
  ...['grant', 'denies', 'guarantees', 'ask/question', 'ask/request', 'ask/verdict'].map(
    (name) => `src/plan/${name}.ts`,
  ),
  'docs/library.md',
];

/** The lines that an example says it prints; one with an ellipsis says so much only. */
function promised(code: string): string[] {
  return [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)]
    .map(([, line = '']) => line)
    .filter((line) => !line.includes('…'));
}

asOrdinaryUser('examples', (open) => {
  it.each(sources.flatMap(examplesIn))('$name runs, and prints what it says', ({ code }) => {
    const { code: compiled } = transformSync(code, { loader: 'ts', format: 'esm' });
    const { code: exit, stdout, stderr } = runScript(open(), compiled);
    expect([exit, stderr]).toEqual([0, '']);
    const printed = stdout.split(/\n/).map((line) => line.replaceAll(/\s+/g, ' ').trim());
    for (const line of promised(code)) expect(printed.join(' ')).toContain(line);
  });
});

describe('the public interface', () => {
  let types: string;
  beforeAll(() => {
    execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { cwd: root });
    const { status, stdout } = spawnSync('npx', ['api-extractor', 'run'], { cwd: root, encoding: 'utf8' });
    expect(stdout, 'npm run api writes docs/library.api.md anew').not.toContain('API signature');
    expect(status).toBe(0);
    types = read('dist/index.d.ts');
  });

  it('is documented with an example, every symbol of it', () => {
    const exported = [
      ...types.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export declare (?:type|function|class) (\w+)/g),
    ];
    expect(exported.length).toBeGreaterThan(15);
    expect(
      exported.filter(([, comment = '']) => !comment.includes('@example')).map(([, , name]) => name),
    ).toEqual([]);
  });

  it('type-checks in a program that uses it by its name, and refuses what it does not have', () => {
    const base = mkdtempSync(join(tmpdir(), 'nono-types-'));
    const check = (code: string) => {
      writeFileSync(join(base, 'main.ts'), code);
      const options = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        'false',
        '--module',
        'nodenext',
        '--target',
        'es2023',
      ];
      const paths = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
      return spawnSync(join(root, 'node_modules/.bin/tsc'), [...options, ...paths, join(base, 'main.ts')], {
        encoding: 'utf8',
      }).stdout;
    };
    execFileSync('mkdir', ['-p', join(base, 'node_modules')]);
    execFileSync('ln', ['-s', root, join(base, 'node_modules/nono')]);
    writeFileSync(join(base, 'package.json'), '{ "type": "module" }');
    const good = `import { buildPlan } from 'nono';
      const { code, stdout } = await buildPlan({ allow: ['.'] }).compile().execFile('ls', ['-l'], { cwd: '/' });
      const text: string = stdout; const number: number | null = code; console.log(text, number);`;
    expect(check(good)).toBe('');
    expect(check(`import { buildPlan } from 'nono'; buildPlan({ alow: ['.'] });`)).toMatch(/TS2353|TS2561/);
    rmSync(base, { recursive: true });
  });
});
