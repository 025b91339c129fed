// A session inside another has the pseudo-terminals that it makes, and not those of the session around it.
import { expect, it } from 'vitest';
import { nestedWith } from './nested.ts';
import { asEveryone } from './sandbox.ts';

const { around, begin } = nestedWith('sitting.py');

asEveryone('the terminals of a session inside', (open) => {
  it('are those that it made', () => {
    expect(around(open(), begin('', 'python3 "$2" make')).stdout).toBe('done done done\n');
  });

  it('are also the one that it was started at', () => {
    const script = `python3 "$2" under ${begin('', 'python3 "$2" own')}`;
    expect(around(open(), script).stdout).toBe('done\n');
  });

  it('are none of the session around it, nor of another inside', () => {
    const script = [
      'python3 "$2" keep > outer & ',
      `${begin('', 'python3 "$2" keep')} > other &`,
      'while [ ! -s outer ] || [ ! -s other ]; do sleep 0.05; done',
      begin('', 'python3 "$2" try "$(cat outer)"'),
      begin('', 'python3 "$2" try "$(cat other)"'),
      'python3 "$2" try "$(cat outer)"; python3 "$2" try "$(cat other)"',
      'kill $(jobs -p)',
    ].join('\n');
    expect(around(open(), script).stdout).toBe('EACCES\nEACCES\ndone\ndone\n');
  });
});
