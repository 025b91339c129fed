// What a machine can hold, in words and as JSON: what was found, each guarantee, and whether a run works.
import type { Held } from '../plan/diagnosis.ts';
import type { Guarantee } from '../plan/guarantee.ts';
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
  readonly guarantees: Held;
  readonly trial: Trial;
  /** What a user runs by default would run here. */
  readonly isReady: boolean;
};

type Occasion = keyof Held;

const occasions: Record<Occasion, string> = {
  always: 'Every run',
  writing: 'Runs that may write',
  blocked: 'With --net-block',
  ports: 'With --allow-port or --listen-port',
  limits: 'With --memory, --pids, --cpu-time and --timeout, such as these',
};

const flags: Record<Occasion, (id: string) => string | null> = {
  always: () => null,
  writing: () => '--allow',
  blocked: () => '--net-block',
  ports: () => '--allow-port',
  limits: (id) => `--${id}`,
};

function surroundingLines(surroundings: readonly Surrounding[], style: Style): string[] {
  const width = Math.max(...surroundings.map(({ id }) => id.length));
  return surroundings.flatMap(({ id, text, remedy }) => [
    `  ${id.padEnd(width)}  ${remedy === undefined ? escapeText(text) : style('error', escapeText(text))}`,
    ...(remedy === undefined ? [] : [`  ${' '.repeat(width)}  Try: ${style('code', escapeText(remedy))}`]),
  ]);
}

function guaranteeLines({ promise, mechanism, missing, less }: Guarantee, style: Style): string[] {
  if (missing === undefined)
    return [
      `  held    ${promise}`,
      style('faint', `          by ${mechanism}`),
      ...(less === undefined
        ? []
        : [`          ${less.reason}`, `          Try: ${style('code', less.remedy)}`]),
    ];
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
  if (trial.kind !== 'failed') return verdicts[trial.kind];
  const lines = trial.why.split('\n').map((line) => `  ${escapeText(line)}`);
  return [`${verdicts.failed}:`, ...lines].join('\n');
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
    guarantees[occasion].map(({ id, promise, mechanism, missing, less }) => ({
      id,
      promise,
      /** The flag that asks for it; null: every run is promised it. */
      flag: flags[occasion](id),
      status: missing === undefined ? 'held' : 'missing',
      mechanism,
      ...(missing ?? {}),
      ...(less === undefined ? {} : { less }),
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
