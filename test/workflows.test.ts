// The workflows that machines run: what they name is there, and every platform is tested on every processor.
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import manifest from '../package.json' with { type: 'json' };
import macConfig from '../vitest.macos.config.ts';

type Step = { readonly uses?: string; readonly run?: string };
type Job = {
  readonly 'runs-on': string;
  readonly strategy: { readonly matrix: { readonly machine: readonly string[] } };
  readonly 'timeout-minutes': number;
  readonly steps: readonly Step[];
};
type Workflow = { readonly permissions: object; readonly jobs: Readonly<Record<string, Job>> };

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = `${root}.github/workflows`;

function read(name: string): Workflow {
  const document = parseDocument(readFileSync(`${directory}/${name}`, 'utf8'), { strict: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as Workflow;
}

const workflows = readdirSync(directory);
const stepsOf = (workflow: Workflow) => Object.values(workflow.jobs).flatMap(({ steps }) => steps);

describe('the workflows', () => {
  it.each(workflows)('%s may only read, and every job of it ends', (name) => {
    const { permissions, jobs } = read(name);
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it.each(workflows)('%s runs only what is there', (name) => {
    const lines = stepsOf(read(name)).flatMap(({ run }) => (run === undefined ? [] : [run]));
    expect(lines.length).toBeGreaterThan(0);
    const scripts = lines.flatMap((line) =>
      [...line.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script),
    );
    expect(scripts.filter((script) => !Object.hasOwn(manifest.scripts, script ?? ''))).toEqual([]);
    for (const line of lines)
      for (const [file] of line.matchAll(/(?<=^| )\.[\w/]+(?=$| )/g))
        expect(() => accessSync(root + file, constants.X_OK), file).not.toThrow();
  });

  it('test both platforms on both processors', () => {
    const { linux, macos } = read('ci.yml').jobs as Record<'linux' | 'macos', Job>;
    expect(linux.strategy.matrix.machine).toEqual(['ubuntu-24.04', 'ubuntu-24.04-arm']);
    expect(macos.strategy.matrix.machine).toEqual(['macos-14', 'macos-15', 'macos-15-intel']);
    expect(linux.steps.at(-1)?.run).toContain('.ci/run');
    expect(macos.steps.map(({ run }) => run).filter(Boolean)).toEqual(['npm ci', 'npm run test:macos']);
  });

  it('have Seatbelt tried for real, and the ways out by the same files', () => {
    const { include = [] } = macConfig.test ?? {};
    const folders = include.map((glob) => glob.slice(0, glob.indexOf('/**')));
    expect(folders).toContain('test/macos');
    expect(folders.filter((folder) => !existsSync(root + folder))).toEqual([]);
    const onMac = readdirSync(`${root}test/macos`).map((name) =>
      readFileSync(`${root}test/macos/${name}`, 'utf8'),
    );
    expect(onMac.join('')).toContain("'selftest', '--json'");
  });
});
