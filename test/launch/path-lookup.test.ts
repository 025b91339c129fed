// How paths are looked up on the real disk where hundreds lie in one directory, which is listed once then.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pathLookup } from '../../src/launch/path-lookup.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'nono-lookup-')));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const many = 300; // more than are looked up one by one
const at = (...names: string[]) => join(scratch, ...names) as AbsolutePath;
for (let index = 0; index < many; index++)
  mkdirSync(at('many', `${index}`), { recursive: true, mode: 0o750 });
writeFileSync(at('many', 'file'), '');
mkdirSync(at('elsewhere'));
symlinkSync('../elsewhere', at('many', 'link'));
symlinkSync('nowhere', at('many', 'dangling'));
symlinkSync('many', at('alias'));

function lookedUpMany(around = 'many') {
  const inspect = pathLookup();
  for (let index = 0; index < many - 1; index++) inspect(at(around, `${index}`));
  return inspect;
}

describe('pathLookup()', () => {
  it('knows a directory by the listing of the one around it', () => {
    const inspect = lookedUpMany();
    const path = at('many', `${many - 1}`);
    expect(inspect(path)).toMatchObject({ kind: 'directory', canonical: path });
    const fact = inspect(path);
    expect('mode' in fact && fact.mode & 0o777).toBe(0o750);
  });

  it('takes nothing else of a listing for a directory: links lead where they lead, files are files', () => {
    const inspect = lookedUpMany();
    expect(inspect(at('many', 'link'))).toMatchObject({ kind: 'directory', canonical: at('elsewhere') });
    expect(inspect(at('many', 'file'))).toMatchObject({ kind: 'file', canonical: at('many', 'file') });
    expect(inspect(at('many', 'dangling'))).toMatchObject({ kind: 'dangling', target: 'nowhere' });
    expect(inspect(at('many', 'none'))).toMatchObject({ kind: 'missing', canonical: at('many', 'none') });
    expect(inspect(at('many', '..'))).toMatchObject({ kind: 'directory', canonical: scratch });
  });

  it('names by its canonical path what was listed under another', () => {
    const path = at('many', `${many - 1}`);
    expect(lookedUpMany('alias')(at('alias', `${many - 1}`))).toMatchObject({ canonical: path });
  });
});
