// Whoever is killed, and whenever: nothing from before is lost, nothing half done stays, nothing goes on running.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, isAlive, type Sandbox, unguarded, until } from './sandbox.ts';

const rounds = Number(process.env.NONO_CRASH_ROUNDS ?? '12');
const files = ['a', 'b', 'c', 'd'];
const contentOf = (name: string) => `${name} from before\n`.repeat(3000);

// Rewrites in place, by rename and by deletion, as fast as it can.
const mill = `
while :; do
  for f in a b c d; do
    printf changed > $f; cp $f new-$f; mv new-$f $f; sed -i s/changed/again/ $f
    rm -f $f; printf remade > $f
  done
done`;

type Process = { readonly pid: number; readonly parent: number; readonly name: string };

/** null: it ended meanwhile, or hides it. */
function directoryOf(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}

function lookAt(pid: string): Process[] {
  try {
    const [, name = '', parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return [{ pid: Number(pid), parent: Number(parent), name }];
  } catch {
    return []; // it ended meanwhile
  }
}

/**
 * Processes that belong to this sandbox, by name: nono, its supervisor, its guard, the command. The supervisor shows nobody
 * but root where it stands.
 */
function processesOf(box: Sandbox): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const directories = new Map(pids.map((pid) => [pid, directoryOf(pid)]));
  const having = (directory: string | null) =>
    pids.filter((pid) => directories.get(pid) === directory).flatMap(lookAt);
  const here = having(box.project);
  const hidden = having(null).filter(({ name }) => name === 'nono-launcher');
  return [...here, ...hidden.filter(({ parent }) => here.some(({ pid }) => pid === parent))];
}

function restored(box: Sandbox): void {
  const sessions = JSON.parse(box.run(['undo', 'list', '--json']).stdout).sessions as { id: string }[];
  if (sessions.length > 0) box.run(['undo', 'restore', '--force', '--yes', sessions[0]?.id ?? '']);
}

asEveryone('a crash', (open) => {
  it.each(['nono', 'nono-launcher', 'bash'])(`of %s at any moment loses nothing`, async (victim) => {
    for (let round = 0; round < rounds; round++) {
      const box = open();
      for (const name of files) box.file(join(box.project, name), contentOf(name));
      const child = box.start(
        [
          'run',
          '-s',
          '--no-diagnostics',
          ...unguarded,
          '--on-delete',
          'keep',
          '--allow',
          '.',
          '--',
          'bash',
          '-c',
          mill,
        ],
        {
          stdio: 'ignore',
        },
      );
      await until(() => processesOf(box).some(({ name }) => name === 'bash'), 'the command to start');
      await new Promise((resolve) => setTimeout(resolve, 7 * round + Math.random() * 40));
      const victims = processesOf(box)
        .filter(({ name }) => name === victim)
        .sort((one, other) => one.pid - other.pid);
      // Supervisor and guard have one name; of the shells the first is the command, and the others its short children.
      const chosen = victims[victim === 'nono-launcher' ? round % 2 : 0];
      expect(chosen, `${victim} runs`).toBeDefined();
      process.kill(chosen?.pid ?? 0, 'SIGKILL');
      await until(() => processesOf(box).length === 0, 'every process to end');
      expect(isAlive(child.pid ?? 0)).toBe(false);
      restored(box);
      for (const name of files)
        expect([round, name, readFileSync(join(box.project, name), 'utf8') === contentOf(name)]).toEqual([
          round,
          name,
          true,
        ]);
      execFileSync('rm', ['-rf', box.project]);
    }
  });
});
