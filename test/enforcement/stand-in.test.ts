// A whole task under each agent's profile: what an agent needs works, and exactly what it must not do is refused.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Sandbox } from './sandbox.ts';

const commands = ['claude', 'codex', 'gemini', 'opencode', 'aider', 'goose', 'copilot', 'cursor-agent'];
const standIn = readFileSync(join(import.meta.dirname, '../agents/stand-in.mjs'), 'utf8');

/** A project from before the run: ten files in a repository, with tests and a dependency beside it. */
function openProject(box: Sandbox): void {
  box.file(join(box.home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.invalid\n');
  box.file(join(box.home, '.ssh/id_ed25519'), 'a key', 0o600);
  for (let count = 1; count <= 10; count++)
    box.file(join(box.project, `src/f${count}.mjs`), 'export const value = 1;\n');
  box.file(join(box.project, 'lib/package.json'), '{"name":"lib","version":"1.0.0","main":"index.js"}');
  box.file(join(box.project, 'lib/index.js'), 'module.exports = 2;\n');
  box.file(
    join(box.project, 'package.json'),
    JSON.stringify({
      name: 'p',
      version: '1.0.0',
      scripts: { test: 'node test.mjs' },
      dependencies: { lib: 'file:lib' },
    }),
  );
  box.file(
    join(box.project, 'test.mjs'),
    "import lib from 'lib';\nimport { value } from './src/f1.mjs';\nif (value !== lib) process.exit(1);\nconsole.log('tests passed');\n",
  );
  box.file(join(box.project, 'notes.txt'), 'notes');
  box.file(join(box.project, '.gitignore'), 'node_modules\ncopy\n');
  const git = 'git init -q && git add -A && git commit -qm One && ls .git/hooks | head -1';
  expect(box.outside(['sh', '-c', git]).code).toBe(0);
}

asEveryone('a scripted agent', (open) => {
  it.each(commands)('does its whole task as %s, and is refused three things', (command) => {
    const box = open();
    openProject(box);
    box.file(join(box.base, 'bin', command), standIn.replace('.mjs', ''), 0o755);
    const report = join(box.base, 'report.json');
    const env = { PATH: `${join(box.base, 'bin')}:${box.env.PATH}` };
    const { code, stdout, stderr } = box.run(
      ['run', '--allow', '.', '--explain', '--report', report, '--', command],
      { env },
    );
    expect([code, stdout], stderr).toEqual([
      0,
      'tests passed\nedited 10, Two\ndelete: EPERM\nkey: EACCES\nhook: EACCES\n',
    ]);
    expect(stderr).toContain(`by the command's name`);
    const { denied } = JSON.parse(readFileSync(report, 'utf8')) as {
      denied: { op: string; path: string; reason: string }[];
    };
    expect(denied.map(({ op, path, reason }) => [op, path, reason])).toEqual([
      ['delete', join(box.project, 'notes.txt'), 'protected_from_delete'],
      ['read', join(box.home, '.ssh/id_ed25519'), 'sensitive_path'],
      ['write', join(box.project, '.git/hooks/pre-commit'), 'sensitive_path'],
    ]);
  });
});
