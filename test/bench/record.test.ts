// What npm run bench -- --check holds: which ratios, against which, and when it fails.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  best,
  checkSection,
  held,
  heldFailure,
  heldRatios,
  oneCell,
  passes,
  ratio,
  recordedSection,
  regressions,
  replaceSection,
  table,
} from '../../bench/record.mjs';

const figures = (ours: number, peers = 9) =>
  table(
    ['start', 'median', 'ratio'],
    [
      ['bare', '1.00 ms', ''],
      ['bubblewrap', '9.00 ms', ratio(peers)],
      ['nono run', '2.00 ms', held(ours)],
    ],
  );

const ratios = (ours: number, peers?: number) => heldRatios(figures(ours, peers));

describe('heldRatios()', () => {
  it('finds ours by row and column, and no peer’s', () => {
    expect([...ratios(2)]).toEqual([['nono run: ratio', 2]]);
  });

  it('tells tables of one section apart by their rows', () => {
    const other = table(['work', 'nono run'], [['make', held(1.05)]]);
    expect([...heldRatios(`${figures(2)}\n\n${other}`).keys()]).toEqual([
      'nono run: ratio',
      'make: nono run',
    ]);
  });
});

describe('regressions()', () => {
  it('takes a fifth more as noise, and what is beyond as a regression', () => {
    expect(regressions(ratios(2), ratios(2.4))).toEqual([]);
    expect(regressions(ratios(2), ratios(2.41))).toEqual([{ what: 'nono run: ratio', before: 2, now: 2.41 }]);
  });

  it('does not mind that a peer got slower, or that a row is new', () => {
    expect(regressions(ratios(2, 9), ratios(2, 90))).toEqual([]);
    expect(regressions(new Map(), ratios(2))).toEqual([]);
  });

  it('counts the better of two measurements', () => {
    expect(regressions(ratios(2), best(ratios(3), ratios(2.1)))).toEqual([]);
    expect(regressions(ratios(2), best(ratios(3), ratios(2.9)))).toHaveLength(1);
  });
});

describe('checkSection()', () => {
  const bench = new URL('../../docs/performance.md', import.meta.url);
  const recorded = replaceSection(readFileSync(bench, 'utf8'), 'start', figures(2));
  const check = (first: string, ...later: string[]) => {
    let asked = 0;
    const again = async () => {
      const next = later[asked++];
      if (next === undefined) throw new Error('measured more often than there is to measure');
      return next;
    };
    return checkSection(recorded, 'start', first, again);
  };
  const verdictOf = async (...measured: [string, ...string[]]) => {
    const { compared, regressed } = await check(...measured);
    return { compared, regressed: regressed.length };
  };

  it('passes what is as it was, and measures it once', async () => {
    expect(await verdictOf(figures(2.3))).toEqual({ compared: 1, regressed: 0 });
  });

  it('passes what only one measurement of three was good at', async () => {
    expect(await verdictOf(figures(3), figures(3), figures(2.1))).toEqual({ compared: 1, regressed: 0 });
  });

  it('fails what got worse by more than a fifth three times, and says by how much', async () => {
    const { regressed } = await check(figures(3), figures(2.6), figures(2.5));
    expect(regressed).toEqual([{ what: 'nono run: ratio', before: 2, now: 2.5 }]);
  });

  it('fails where one of ours does not run any more, whatever is recorded of it', async () => {
    const broken = figures(2).replace(held(2), heldFailure);
    expect(await verdictOf(broken, broken, broken)).toEqual({ compared: 1, regressed: 1 });
  });

  it('does not pass where nothing was compared', async () => {
    expect(passes(await verdictOf(''))).toBe(false);
    expect(passes(await verdictOf(figures(2)))).toBe(true);
    expect(passes({ compared: 1, regressed: 1 })).toBe(false);
  });
});

describe('replaceSection()', () => {
  const document = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');

  it.each([
    'peers',
    'start',
    'library',
    'parallel',
    'sequence',
    'grants',
    'memory',
    'calls',
    'work',
  ])('finds the place of %s in docs/performance.md, fills it alone, and is read back', (name) => {
    const written = replaceSection(document, name, figures(2));
    expect([...heldRatios(recordedSection(written, name))]).toEqual([['nono run: ratio', 2]]);
    const [before, after] = [
      document.split(`<!-- npm run bench: ${name} -->`)[0],
      document.split(`end of ${name} `)[1],
    ];
    expect(written.startsWith(before ?? '?') && written.endsWith(after ?? '?')).toBe(true);
    expect(replaceSection(written, name, figures(2))).toBe(written);
  });

  it('refuses a section that the document has no place for', () => {
    expect(() => replaceSection(document, 'weather', '')).toThrow('weather');
  });
});

describe('oneCell()', () => {
  it('leaves out addresses, long paths and what would break a table', () => {
    expect(oneCell('reading https://proxy.example.org/x: 403')).toBe('reading … 403');
    expect(oneCell('cannot read /tmp/scratch-1/tree/.gitconfig | no')).toBe('cannot read …/.gitconfig / no');
  });
});
