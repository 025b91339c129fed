// What a machine can hold, in words and as JSON: what was found, each guarantee, and whether a run works.
import type { Guarantee, Occasion } from '../plan/guarantees.ts';
import type { Surrounding } from '../plan/surroundings.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

export type Trial =
  | { readonly kind: 'worked' }
  /** Something that was found would stop it anyway. */
  | { readonly kind: 'left-out' }
  | { readonly kind: 'failed'; readonly why: string };

export type Diagnosis = {
  readonly surroundings: readonly Surrounding[];
  readonly guarantees: Readonly<Record<Occasion, readonly Guarantee[]>>;
  readonly trial: Trial;
  /** What a user runs by default would run here. */
  readonly isReady: boolean;
};

const occasions: Record<Occasion, string> = {
  always: 'Every run',
  writing: 'Runs that may write',
  blocked: 'With --net-block',
  ports: 'With --allow-port or --listen-port',
};

const flags: Record<Occasion, string | null> = {
  always: null,
  writing: '--allow',
  blocked: '--net-block',
  ports: '--allow-port',
};

function surroundingLines(surroundings: readonly Surrounding[], style: Style): string[] {
  const width = Math.max(...surroundings.map(({ id }) => id.length));
  return surroundings.flatMap(({ id, text, remedy }) => [
    `  ${id.padEnd(width)}  ${remedy === undefined ? escapeText(text) : style('error', escapeText(text))}`,
    ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}  Try: ${style('code', escapeText(remedy))}`]),
  ]);
}

function guaranteeLines({ promise, mechanism, missing }: Guarantee, style: Style): string[] {
  if (missing === undefined) return [`  held    ${promise}`, style('faint', `          by ${mechanism}`)];
  return [
    `  ${style('error', 'MISSING')} ${promise}`,
    `          ${missing.reason}`,
    `          Try: ${style('code', missing.remedy)}`,
  ];
}

const verdicts: Record<Trial['kind'], string> = {
  worked: 'A confined command was run, and could do what it was granted.',
  'left-out': 'No confined command was run, since one would be stopped.',
  failed: 'A confined command did not run as it should',
};

function trialLine(trial: Trial): string {
  return trial.kind === 'failed' ? `${verdicts.failed}: ${escapeText(trial.why)}` : verdicts[trial.kind];
}

export function renderDiagnosis(
  { surroundings, guarantees, trial, isReady }: Diagnosis,
  style: Style,
): string {
  return [
    style('heading', 'This machine'),
    ...surroundingLines(surroundings, style),
    ...(Object.keys(occasions) as Occasion[]).flatMap((occasion) => [
      '',
      style('heading', occasions[occasion]),
      ...guarantees[occasion].flatMap((each) => guaranteeLines(each, style)),
    ]),
    '',
    trialLine(trial),
    isReady
      ? 'nono runs here with every guarantee of its defaults.'
      : style('error', 'nono does not run here with its defaults.'),
  ].join('\n');
}

export function diagnosisToJson({ surroundings, guarantees, trial, isReady }: Diagnosis): object {
  const rows = (Object.keys(occasions) as Occasion[]).flatMap((occasion) =>
    guarantees[occasion].map(({ id, promise, mechanism, missing }) => ({
      id,
      promise,
      /** The flag that asks for it; null: every run is promised it. */
      flag: flags[occasion],
      status: missing === undefined ? 'held' : 'missing',
      mechanism,
      ...(missing ?? {}),
    })),
  );
  return {
    version: 1,
    status: isReady ? 'ready' : 'not_ready',
    guarantees: rows,
    machine: surroundings,
    trial: {
      status: trial.kind.replace('-', '_'),
      ...(trial.kind === 'failed' ? { details: trial.why } : {}),
    },
  };
}
