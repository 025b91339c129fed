// The ways out as a table: what was tried, what the kernel said to it inside, and outside.
import { isFault, type Outcome, type Tried } from '../plan/ways-out.ts';
import { escapeText } from './escape.ts';
import type { Role, Style } from './style.ts';

type NameOf = (errno: number) => string;

const words: Record<Outcome, string> = {
  held: 'held',
  closed: 'closed',
  open: 'OPEN',
  works: 'works',
  broken: 'BROKEN',
  untried: 'UNTRIED',
};

const roles: Partial<Record<Outcome, Role>> = {
  open: 'error',
  broken: 'error',
  untried: 'error',
  closed: 'faint',
};

const headings: Record<Tried['group'], string> = {
  files: 'Files outside the grants',
  'inside a grant': 'Inside a grant',
  processes: 'Processes',
  services: 'Services of the system',
  kernel: 'The kernel',
  'handed over': 'What the caller has',
  sockets: 'Unix sockets',
  network: 'The network, with --net-block',
  granted: 'What is granted',
};

/** What the kernel said: `possible`, the name of an error, or a signal. */
function answerText(answer: number | null, nameOf: NameOf): string {
  if (answer === null) return 'not tried';
  if (answer === 0) return 'possible';
  return answer < 0 ? 'ended' : nameOf(answer);
}

function line(tried: Tried, width: number, nameOf: NameOf, style: Style): string {
  const { outcome, about, inside, outside } = tried;
  const role = roles[outcome];
  const word = words[outcome].padEnd(7);
  const texts = [answerText(inside, nameOf).padEnd(12), `outside: ${answerText(outside, nameOf)}`];
  return `  ${role === undefined ? word : style(role, word)}  ${about.padEnd(width)}  ${texts.join('  ')}`;
}

export function renderWays(all: readonly Tried[], trouble: string, nameOf: NameOf, style: Style): string {
  if (all.every(({ inside }) => inside === null))
    return `${escapeText(trouble).replaceAll('\\n', '\n')}\n\nNothing was tried. nono doctor says what this machine can hold.`;
  const width = Math.max(...all.map(({ about }) => about.length));
  const groups = [...new Set(all.map(({ group }) => group))];
  const faults = all.filter(isFault).length;
  const count = (outcome: Outcome) => all.filter((each) => each.outcome === outcome).length;
  return [
    ...groups.flatMap((group) => [
      style('heading', headings[group]),
      ...all.filter((each) => each.group === group).map((each) => line(each, width, nameOf, style)),
      '',
    ]),
    ...(trouble === '' ? [] : [style('error', escapeText(trouble).replaceAll('\\n', '\n')), '']),
    `${count('held')} ways out are held here, ${count('closed')} more are closed on this machine anyway or were not tried outside.`,
    faults === 0 && trouble === ''
      ? 'Everything that was granted works.'
      : style('error', `${faults} of ${all.length} did not end as they should.`),
  ].join('\n');
}

export function waysToJson(all: readonly Tried[], trouble: string, nameOf: NameOf): object {
  return {
    version: 1,
    status: trouble === '' && !all.some(isFault) ? 'held' : 'failed',
    ways: all.map(({ name, group, about, outcome, inside, outside }) => ({
      name,
      group,
      about,
      status: outcome,
      inside: answerText(inside, nameOf),
      outside: answerText(outside, nameOf),
    })),
    ...(trouble === '' ? {} : { trouble }),
  };
}
