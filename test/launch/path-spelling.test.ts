// Where names of files are not exact, a path is what the disk has: a rule in other letters would be about nothing.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pathLookup } from '../../src/launch/path-lookup.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'nono-lookup-')));
const at = (name: string) => join(scratch, name) as AbsolutePath;
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

// A volume that folds case, as far as it shows: what is asked for is found, and is stored in small letters.
mkdirSync(at('PROJECT'));
writeFileSync(at('PROJECT/NOTES'), '');
symlinkSync('PROJECT', at('link'));
symlinkSync('nowhere', at('PROJECT/dangling'));
const stored = (path: AbsolutePath) =>
  realpathSync.native(path).replace(/PROJECT|NOTES/g, (name) => name.toLowerCase());

describe('pathLookup()', () => {
  it('spells a path as it is stored where names are not exact', () => {
    const inspect = pathLookup(false, stored);
    expect(inspect(at('PROJECT'))).toMatchObject({ kind: 'directory', canonical: at('project') });
    expect(inspect(at('PROJECT/NOTES'))).toMatchObject({ kind: 'file', canonical: at('project/notes') });
    expect(inspect(at('link/NOTES'))).toMatchObject({ kind: 'file', canonical: at('project/notes') });
    for (const name of ['one', 'two', 'three', 'four', 'five', 'six'])
      expect(inspect(at(`PROJECT/${name}`))).toMatchObject({
        kind: 'missing',
        canonical: at(`project/${name}`),
      });
    expect(inspect(at('PROJECT/NOTES'))).toMatchObject({ kind: 'file' });
  });

  it('answers alike where they are', () => {
    const [exact, other] = [pathLookup(true), pathLookup(false)];
    const names = [
      'PROJECT',
      'PROJECT/NOTES',
      'link',
      'link/NOTES',
      'PROJECT/dangling',
      'PROJECT/none/x',
      'PROJECT/NOTES/x',
    ];
    for (const name of names) expect(other(at(name)), name).toEqual(exact(at(name)));
    expect(other('/')).toEqual(exact('/'));
  });
});
