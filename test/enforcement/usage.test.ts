// What nono answers to a line that it cannot understand, and to a question for help.
import { expect, it } from 'vitest';
import { asOrdinaryUser } from './sandbox.ts';

const commands = ['run', 'wrap', 'learn', 'shell', 'why', 'undo', 'profile', 'doctor', 'completion'].concat([
  'compile',
  'exec',
  'selftest',
]);

asOrdinaryUser('nono', (open) => {
  it.each(commands)('%s has help within eighty columns, by flag and by the word', (command) => {
    const box = open();
    const { code, stdout, stderr } = box.run([command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: nono ${command}`));
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(box.run(['help', command]).stdout).toBe(stdout);
  });

  it.each([
    ['--help'],
    ['-h'],
    ['help'],
    ['help', 'help'],
    ['help', '-h'],
  ])('%s %s lists the commands', (...words) => {
    const { code, stdout } = open().run(words);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: nono COMMAND/)]);
    for (const command of commands) expect(stdout).toContain(`\n  ${command}`);
  });

  it.each([
    [['rnu'], "unknown command 'rnu' [usage/unknown-command]\n  Try: nono run\n"],
    [['help', 'rnu'], "unknown command 'rnu' [usage/unknown-command]\n  Try: nono run\n"],
    [['nope', '--help'], "unknown command 'nope' [usage/unknown-command]\n  Try: nono --help\n"],
    [['run', '--alow', '.'], "unknown option '--alow' [usage/unknown-flag]\n  Try: --allow\n"],
    [['run', '--frob'], "unknown option '--frob' [usage/unknown-flag]\n  Try: nono run --help\n"],
    [['setup', '--frob'], "unknown option '--frob' [usage/unknown-flag]\n  Try: nono doctor --help\n"],
    [['run'], 'no command was given [usage/no-command]\n  Try: nono run --allow . -- COMMAND\n'],
    [['learn', '--'], 'no command was given [usage/no-command]\n  Try: nono learn --allow . -- COMMAND\n'],
  ])('says of %j what is wrong, and what to try', (words, message) => {
    expect(open().run(words)).toMatchObject({ code: 2, stdout: '', stderr: `nono: ${message}` });
  });

  it('opens a shell where SHELL is empty', () => {
    const { code, stdout } = open().run(['shell', '-s'], { env: { SHELL: '' }, input: 'echo "$0"\n' });
    expect([code, stdout]).toEqual([0, '/bin/sh\n']);
  });
});
