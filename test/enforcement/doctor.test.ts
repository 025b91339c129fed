// What doctor says of this machine is what runs find on it: where it says ready they start, and where it does not they do not.
import { expect, inject, it } from 'vitest';
import { asEveryone } from './sandbox.ts';

type Answer = {
  readonly version: number;
  readonly status: string;
  readonly guarantees: {
    id: string;
    flag: string | null;
    status: string;
    mechanism: string;
    promise: string;
  }[];
  readonly machine: { id: string; text: string; remedy?: string }[];
  readonly trial: { status: string; details?: string };
};

asEveryone('nono doctor', (open) => {
  it('holds here what a plan of a run promises, and has tried one', () => {
    const box = open();
    const { code, stdout, stderr } = box.run(['doctor', '--json']);
    const answer = JSON.parse(stdout) as Answer;
    expect([code, stderr, answer.version, answer.status]).toEqual([0, '', 1, 'ready']);
    expect(answer.trial).toEqual({ status: 'worked' });
    const planned = (flags: string[]) =>
      (
        JSON.parse(box.run(['run', '--dry-run', '--json', ...flags, '--', 'true']).stdout) as {
          guarantees: { id: string; promise: string; mechanism: string }[];
        }
      ).guarantees;
    const limits = ['--memory', '--pids', '--cpu-time', '--timeout'];
    const told = answer.guarantees.filter(({ flag }) => ![...limits, '--allow-port'].includes(flag ?? ''));
    expect(answer.guarantees.length - told.length).toBe(1 + limits.length);
    expect(told.map(({ status }) => status)).toEqual(told.map(() => 'held'));
    const rows = told.map(({ id, promise, mechanism }) => ({ id, promise, mechanism }));
    expect(rows.sort((one, other) => one.id.localeCompare(other.id))).toEqual(
      planned(['--allow', '.', '--deny', 'secret', '--net-block']).sort((one, other) =>
        one.id.localeCompare(other.id),
      ),
    );
    expect(box.outside(['ls', '-A', box.env.TMPDIR as string]).stdout).toBe('');
    expect(box.run(['undo', 'list']).stdout).toBe('');
  });

  it.each(['setup', 'setup --check-only'])('answers to %s as well', (words) => {
    const { code, stdout } = open().run(words.split(' '));
    expect([code, stdout]).toEqual([0, expect.stringContaining('nono runs here')]);
  });

  it('says inside of a run what it can hold there, and in that one that no other can start, why, and what to do', () => {
    const box = open();
    const around = ['run', '-s', '--allow', '.', '--read', inject('installation'), '--', box.nono];
    const inside = box.run([...around, 'doctor', '--json']);
    const held = JSON.parse(inside.stdout) as Answer;
    expect([inside.code, held.status, held.trial.status]).toEqual([0, 'ready', 'worked']);
    expect(held.guarantees.find(({ id }) => id === 'denies')).toMatchObject({
      mechanism: 'the broker of the session around this one',
      less: { reason: expect.stringContaining('nobody look at what is opened for reading') },
    });
    expect(held.machine.find(({ id }) => id === 'nono')?.text).toContain('judges for the runs in it');
    const { code, stdout } = box.run([...around, ...around, 'doctor', '--json']);
    const answer = JSON.parse(stdout) as Answer;
    expect([code, answer.status, answer.trial.status]).toEqual([1, 'not_ready', 'left_out']);
    expect(answer.guarantees.find(({ id }) => id === 'files')).toMatchObject({
      status: 'missing',
      mechanism: null,
      remedy: expect.stringContaining('further out'),
    });
    expect(answer.machine.find(({ id }) => id === 'nono')?.remedy).toContain('confined already');
    const text = box.run([...around, ...around, 'doctor']).stdout;
    expect(text).toMatch(/MISSING files outside[\s\S]*Try: run the command as it is/);
  });

  it.each([
    ['switched off', 95, 'lsm= boot parameter'],
    ['not there', 38, 'CONFIG_SECURITY_LANDLOCK'],
  ])('says where Landlock is %s, and what would give it', (_, errno, remedy) => {
    const box = open();
    // A filter that answers landlock_create_ruleset with this errno, and then nono in it.
    const script = `
import ctypes, os, struct, sys
step = lambda *words: struct.pack('HBBI', *words)
code = step(0x20, 0, 0, 0) + step(0x15, 0, 1, 444) + step(6, 0, 0, 0x50000 | ${errno}) + step(6, 0, 0, 0x7fff0000)
room = ctypes.create_string_buffer(code)
program = ctypes.create_string_buffer(struct.pack('HxxxxxxQ', 4, ctypes.addressof(room)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])`;
    const { code, stdout } = box.outside(['python3', '-c', script, box.nono, 'doctor', '--json']);
    const answer = JSON.parse(stdout) as Answer;
    expect([code, answer.status]).toEqual([1, 'not_ready']);
    expect(answer.guarantees.find(({ id }) => id === 'files')).toMatchObject({
      status: 'missing',
      remedy: expect.stringContaining(remedy),
    });
    expect(answer.machine.find(({ id }) => id === 'sandbox')?.text).toContain(
      'a system call filter is in force',
    );
  });

  it('says that a run does not work where only trying shows it', () => {
    const box = open();
    const state = box.file(`${box.base}/no-directory`);
    const { code, stdout } = box.run(['doctor'], { env: { XDG_STATE_HOME: state } });
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/did not run as it should:\n {2}nono: .*\n {4}Try: /),
    ]);
  });

  it('stops with an issue where there is no place to try', () => {
    const box = open();
    const { code, stderr } = box.run(['doctor'], { env: { TMPDIR: '/proc' } });
    expect([code, stderr]).toEqual([125, expect.stringContaining('launch/temporary')]);
  });
});
