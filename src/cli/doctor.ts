// `nono doctor`: what this machine can hold of nono's promises, by which mechanism, and what would give the rest.
import { diagnose } from '#diagnose';
import { machine } from '#machine';
import { exitCodes } from '../errors.ts';
import { tryNono } from '../launch/own-run.ts';
import { inScratch } from '../launch/scratch.ts';
import type { Host } from '../plan/host.ts';
import { diagnosisToJson, renderDiagnosis, type Trial } from '../term/doctor.ts';
import { printJson, printResult, styleFor } from './output.ts';

export type DoctorFlags = { readonly json?: boolean };

const works = 'works';
// A name is taken away in the private directory, since elsewhere macOS refuses that for what is new, too; and by mv, which
// no session around this one blocks.
const trialScript = `echo ${works} > made && cat made && cd "$TMPDIR" && echo > a && echo > b && mv -f a b`;

/** Reads, writes, executes and replaces in a directory that it was granted: all processes of a run take part. */
function tryRun(host: Host): Trial {
  const words = ['run', '--no-profile', '--silent', '--no-diagnostics', '--allow', '.'];
  const { code, stdout, stderr } = inScratch(host, (directory) =>
    tryNono([...words, '--', '/bin/sh', '-c', trialScript], directory, host),
  );
  if (code === 0 && stdout.trim() === works) return { kind: 'worked' };
  return {
    kind: 'failed',
    why: stderr.trim() || `it ended with ${code ?? 'a signal'}, and said "${stdout}"`,
  };
}

/** @returns the exit code: 1 where the default policy could not run here. */
export function doctor({ json }: DoctorFlags): number {
  const host = machine.host();
  const { surroundings, guarantees, isStopped } = diagnose(host);
  const trial: Trial = isStopped ? { kind: 'left-out' } : tryRun(host);
  const diagnosis = { surroundings, guarantees, trial, isReady: trial.kind === 'worked' };
  if (json) printJson(diagnosisToJson(diagnosis));
  else printResult(renderDiagnosis(diagnosis, styleFor(1)));
  return diagnosis.isReady ? 0 : exitCodes.notReady;
}
