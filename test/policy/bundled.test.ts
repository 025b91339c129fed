// The profiles that come with nono: each is read as a user's would be, and grants nothing of another agent's.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  bundledNames,
  bundledProfile,
  developmentNames,
  developmentOfCommand,
  profileOfCommand,
} from '../../src/policy/bundled.ts';
import { readProfile } from '../../src/policy/read-profile.ts';

const directory = join(import.meta.dirname, '../../profiles');

const files = ['agents', 'development'].flatMap((kind) =>
  readdirSync(join(directory, kind)).map((name) => ({
    name: name.replace('.jsonc', ''),
    kind,
    text: readFileSync(join(directory, kind, name), 'utf8'),
  })),
);

function pathsOf(value: unknown): string[] {
  if (typeof value === 'string') return /^[~$/]/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsOf) : [];
}

describe('the bundled profiles', () => {
  it('are the files of profiles/agents and profiles/development', () => {
    expect([...bundledNames].sort()).toEqual(files.map(({ name }) => name).sort());
  });

  it.each(files)('$name: is valid, says what it is for, and is what the bundle has', ({ name, text }) => {
    const profile = readProfile(text, `${name}.jsonc`);
    expect(profile.meta?.description).toMatch(/\S/);
    expect(text).toMatch(/^\/\/ \S/);
    expect(bundledProfile(name)).toEqual(profile);
  });

  it.each(files)('$name: says why each path is there', ({ text }) => {
    const [, body = ''] = text.split('"filesystem"');
    const [granted = ''] = body.split('"bypass_protection"');
    expect(granted).toContain('//');
  });

  it('are chosen by the names of agents alone', () => {
    const agents = files.filter(({ kind }) => kind === 'agents').map(({ name }) => name);
    const commands = ['aider', 'claude', 'codex', 'copilot', 'cursor-agent', 'gemini', 'goose', 'opencode'];
    expect(commands.map(profileOfCommand).sort()).toEqual(agents.sort());
    for (const command of ['node', 'python', 'constructor', '__proto__', 'toString', ''])
      expect(profileOfCommand(command)).toBeNull();
    expect(bundledProfile('constructor')).toBeNull();
  });

  it('for development are named for the commands that stop without them', () => {
    const development = files.filter(({ kind }) => kind === 'development').map(({ name }) => name);
    expect([...developmentNames].sort()).toEqual(development.sort());
    expect(['go', 'cargo', 'mvn', 'pnpm', 'npm', 'constructor'].map(developmentOfCommand)).toEqual([
      'go',
      'rust',
      'java',
      null,
      null,
      null,
    ]);
  });

  it('share no path: no agent reaches the state of another', () => {
    const owners = new Map<string, string>();
    for (const { name, kind, text } of files.filter((each) => each.kind === 'agents')) {
      const { filesystem: { allow, read, write, files: single } = {} } = readProfile(text, name);
      for (const path of pathsOf([allow, read, write, single])) {
        expect(owners.get(path) ?? name, `${path} (${kind})`).toBe(name);
        owners.set(path, name);
      }
    }
  });
});
