// Whoever begins a session inside by hand, with a program of its own making, gets nothing by it and holds up nobody.
import { expect, it } from 'vitest';
import { nestedWith } from './nested.ts';
import { asEveryone } from './sandbox.ts';

const { alone, around } = nestedWith('registering.py');

asEveryone('a session that is begun by hand', (open) => {
  const lines = (way: string) => around(open(), `python3 "$2" ${way}`).stdout.trim().split('\n');

  it('is refused where its program is none, or would take too much of the broker', () => {
    expect(lines('nonsense')).toEqual([
      "nothing ['EBADMSG', 'done']",
      "no program ['EBADMSG', 'done']",
      "cut ['EBADMSG', 'done']",
      "longer than it says ['EBADMSG', 'done']",
      "too long ['E2BIG', 'done']",
      "an endless path ['ENAMETOOLONG', 'done']",
      "a glob of too many names ['ENAMETOOLONG', 'done']",
      "too many denied names ['E2BIG', 'done']",
      "too many denied bytes ['E2BIG', 'done']",
      "unreadable ['EFAULT', 'done']",
      "in a thread ['ESRCH', 'done']",
      "twice ['begun', 'EINVAL', 'done']",
      "granted to others alone ['begun', 'EACCES']",
      "granted as a file ['begun', 'EACCES']",
      "without grants ['begun', 'EACCES']",
    ]);
  });

  it('is one of so many at a time, and leaves nothing behind that may do anything', () => {
    expect(lines('crowd')).toEqual(['begun begun EAGAIN', 'begun', 'EACCES done']);
  });

  it('has nothing that it was not granted, where nothing is denied around it', () => {
    expect(alone(open(), [], ['bare']).stdout).toBe("['begun', 'EACCES', 'EPERM'] done\n");
  });

  it('is none where there is no mark left to know it by', () => {
    const lowered = ['bash', '-c', 'ulimit -q 1; exec "$@"', 'bash'];
    expect(alone(open(), [], ['bare'], lowered).stdout).toBe("['EAGAIN', 'done', 'done'] done\n");
  });
});
