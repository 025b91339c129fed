import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NonoError } from '../../src/errors.ts';
import { profileJsonSchema } from '../../src/policy/profile-schema.ts';
import { readProfile } from '../../src/policy/read-profile.ts';
import { renderIssues } from '../../src/term/issues.ts';
import { plain } from '../../src/term/style.ts';
import { faultyProfiles } from './profile-errors.ts';

const root = join(import.meta.dirname, '../..');

function compareText(file: string, text: string): void {
  const path = join(root, file);
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, text);
  expect(text, `${file}: UPDATE_GOLDEN=1 writes it anew`).toBe(readFileSync(path, 'utf8'));
}

function issuesOf(text: string): NonoError['issues'] {
  try {
    readProfile(text, 'p.jsonc');
  } catch (error) {
    if (error instanceof NonoError) return error.issues;
    throw error;
  }
  return [];
}

describe('readProfile()', () => {
  it('reads comments, trailing commas and every key', () => {
    const text = `{
      // why
      "$schema": "x", "meta": { "description": "d" }, "extends": ["node"],
      "filesystem": {
        "allow": ["~/a", { "path": "$B/c", "create": true, "when": { "platform": "linux", "set": "B" } }],
        "read": ["/r"], "write": ["\${W}"], "files": [{ "path": "~/f", "access": "read", "create": "{}" }],
        "deny": ["**/.env", "~/a/secret"], "deny_write": ["~/a/x"], "bypass_protection": ["~/.kube"],
        "unix_sockets": ["/run/s", { "path": "/run/d", "right": "bind", "extent": "entries" }],
      },
      "network": { "block": true, "ports": [1], "listen": [65535] },
      "commands": { "allow": ["rm"], "block": ["docker"] },
      "environment": { "pass": ["KEY"], "set": { "CI": "1" }, "withhold": ["X_*"] },
      "workdir": "read", "on_delete": "keep", "groups": { "include": ["ssh"], "exclude": ["shell-history"] },
    }`;
    expect(issuesOf(text)).toEqual([]);
    expect(readProfile(text, 'p').filesystem?.files).toEqual([{ path: '~/f', access: 'read', create: '{}' }]);
  });

  it.each(Object.entries(faultyProfiles))('%s: is refused at its place, with a remedy', (_name, text) => {
    const issues = issuesOf(text);
    expect(issues.length).toBeGreaterThan(0);
    for (const { code, origin, remedy } of issues) {
      expect(code).toMatch(/^profile\//);
      expect(origin).toMatch(text === '' ? /^p\.jsonc$/ : /^p\.jsonc:\d+:\d+$/);
      expect(remedy).not.toBe('');
    }
  });

  it('says what the golden file says', () => {
    const said = Object.entries(faultyProfiles).map(
      ([name, text]) => `# ${name}\n${text.replace(/^/gm, '| ')}\n${renderIssues(issuesOf(text), plain)}\n`,
    );
    compareText('test/golden/profile-errors.txt', said.join('\n'));
  });
});

describe('the published schema', () => {
  it('is the one that profiles are read by', () => {
    compareText('schemas/profile.schema.json', `${JSON.stringify(profileJsonSchema(), null, 2)}\n`);
  });
});
