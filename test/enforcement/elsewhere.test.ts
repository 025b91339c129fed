// `--dry-run --platform macos` on Linux: the plan that a Mac would have, and a profile that the evaluator reads.
import { expect, it } from 'vitest';
import { evaluator } from '../backend/macos/sbpl.ts';
import { asEveryone } from './sandbox.ts';

type Answer = {
  readonly machine: { readonly platform: string };
  readonly guarantees: readonly { readonly mechanism: string }[];
  readonly seatbelt: { readonly text: string; readonly parameters: Record<string, string> };
};

asEveryone('nono run --dry-run --platform macos', (open) => {
  it('prints the plan with its profile, for this disk', () => {
    const box = open();
    box.file(`${box.project}/.env`, 'secret');
    const odd = `${box.project}/a "b") (allow default)\\`;
    box.file(`${odd}/x`, '');
    const flags = ['--allow', '.', '--deny', '**/.env', '--deny', odd, '--net-block'];
    const { code, stdout, stderr } = box.run([
      'run',
      '--dry-run',
      '--platform',
      'macos',
      '--json',
      ...flags,
      '--',
      'true',
    ]);
    const { machine, guarantees, seatbelt } = JSON.parse(stdout) as Answer;
    expect([code, stderr, machine.platform]).toEqual([0, '', 'macos']);
    expect(guarantees.map(({ mechanism }) => mechanism)).toContain('Seatbelt');
    expect(seatbelt.text).not.toContain('.env');
    const { allows } = evaluator(seatbelt.text, seatbelt.parameters);
    const may = (operation: string, path: string) =>
      allows({ operation, path: path.replace(/^\/(?=tmp\/|var\/)/, '/private/') });
    expect(may('file-read-data', `${box.project}/notes`)).toBe(true);
    for (const path of [`${box.project}/.env`, `${box.project}/sub/.ENV`, `${odd}/x`, `${box.home}/.ssh/id`])
      expect(may('file-read-data', path), path).toBe(false);
    const address = { protocol: 'tcp', host: '127.0.0.1', port: 80 } as const;
    expect(allows({ operation: 'network-outbound', address })).toBe(false);
    expect(box.outside(['ls', '-A', box.home]).stdout).toBe('');
  });

  it('prints it for people, and runs nothing', () => {
    const box = open();
    const { code, stdout } = box.run([
      'run',
      '--dry-run',
      '--platform',
      'macos',
      '--allow',
      '.',
      '--',
      'touch',
      'made',
    ]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/\(version 1\)\n\(deny default[\s\S]*\n; P0 = "\//),
    ]);
    expect(box.run(['run', '--platform', 'macos', '--allow', '.', '--', 'touch', 'made']).code).toBe(2);
    expect(box.outside(['ls', '-A']).stdout).toBe('');
  });

  it('refuses a path that is no UTF-8', () => {
    const box = open();
    const line = 'exec "$0" run --dry-run --platform macos --allow . --deny "$(printf "a\\\\377b")" -- true';
    const { code, stderr } = box.outside(['sh', '-c', line, box.nono]);
    expect([code, stderr]).toEqual([expect.any(Number), expect.stringContaining('plan/path-encoding')]);
    expect(code).not.toBe(0);
  });
});
