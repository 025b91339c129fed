// Kernels that lack something: the run stops and says what, and with --best-effort says what is lost.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Result, type Sandbox, unguarded } from './sandbox.ts';

function on(box: Sandbox, lacking: string, ...words: string[]): Result {
  return box.outside([join(box.tools, 'without'), lacking, box.nono, 'run', ...words]);
}

asEveryone('a kernel without notifications', (open) => {
  it('stops a run that would need them, and names each guarantee', () => {
    const { code, stderr } = on(open(), 'notify', '--allow', '.', '--', 'true');
    expect(code).toBe(125);
    for (const promise of ['neither deleted nor lost', 'modes, owners, times', 'blocked commands'])
      expect(stderr).toMatch(new RegExp(`cannot promise that .*${promise}.*no seccomp notifications`));
    expect(stderr).toMatch(/Try: .*--best-effort/);
  });

  it('never goes on where something is denied inside a grant, or ports are named', () => {
    const box = open();
    for (const flags of [
      ['--deny', '*.key'],
      ['--allow-port', '5432'],
    ]) {
      const { code, stderr } = on(box, 'notify', '--best-effort', '--allow', '.', ...flags, '--', 'true');
      expect([code, stderr]).toEqual([125, expect.stringMatching(/no seccomp notifications/)]);
    }
  });

  it('with --best-effort prints each loss, and nothing from before is removed or cut all the same', () => {
    const box = open();
    const old = box.file(join(box.project, 'old'), 'from before');
    const line = `echo new > made; cat made; mv old gone; rm old; truncate -s 0 old; : > old; mv made old; rm made; printf more >> old; cat old; echo; ls`;
    const words = [
      '--best-effort',
      '--no-diagnostics',
      ...unguarded,
      '--bypass-protection',
      '.git',
      '--allow',
      '.',
    ];
    const { code, stdout, stderr } = on(box, 'notify', ...words, '--', 'bash', '-c', line);
    expect([code, stdout]).toEqual([0, 'new\nfrom beforemore\nmade\nold\n']);
    expect(readFileSync(old, 'utf8')).toBe('from beforemore');
    expect(stderr).toMatch(/neither deleted nor lost/);
    expect(stderr).toMatch(/blocked commands/);
  });
});

asEveryone('a kernel without descriptors of threads', (open) => {
  it('has threads work by descriptor as by path', () => {
    const script = `import os, socket, threading
def work():
    d, f = os.open(".", os.O_RDONLY), os.open("old", os.O_RDWR)
    os.close(os.open("made", os.O_WRONLY | os.O_CREAT, dir_fd=d))
    os.rename("made", "moved", src_dir_fd=d, dst_dir_fd=d)
    os.ftruncate(f, 5); os.fchmod(f, 0o600); os.utime(f)
    s = socket.socket(socket.AF_UNIX); s.bind("socket"); s.listen(); socket.socket(socket.AF_UNIX).connect("socket")
    print(sorted(os.listdir(d)))
for _ in range(3):
    thread = threading.Thread(target=work); thread.start(); thread.join()
    os.unlink("socket")`;
    const box = open();
    box.file(join(box.project, 'old'));
    const { stdout, stderr } = on(box, 'threads', '-s', '--allow', '.', '--', 'python3', '-c', script);
    expect([stdout, stderr]).toEqual([
      "['moved', 'old', 'socket']\n".repeat(3),
      expect.not.stringMatching(/Error/),
    ]);
  });
});

asEveryone('a machine', (open) => {
  it('where another broker judges already says so', () => {
    const { code, stderr } = on(open(), 'listener', '--allow', '.', '--', 'true');
    expect([code, stderr]).toEqual([125, expect.stringMatching(/another broker judges already/)]);
  });

  it.each([[[]], [['--best-effort']]])('without Landlock runs nothing: %j', (flags) => {
    const { code, stderr } = on(open(), 'landlock', ...flags, '--', 'true');
    expect([code, stderr]).toEqual([
      125,
      expect.stringMatching(/Landlock is built into this kernel but switched off/),
    ]);
  });
});
