// The figures in docs/performance.md: each section between markers of its own. Ratios in bold are held by --check.

export const tolerance = 1.2;

const begin = (name) => `<!-- npm run bench: ${name} -->`;
const end = (name) => `<!-- end of ${name} -->`;

/** A table whose first column names the rows. */
export function table(columns, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A ratio as text; in bold one that --check holds. */
export const ratio = (value) => `${value.toFixed(2)} ×`;
export const held = (value) => `**${value.toFixed(2)}** ×`;

/** In place of a ratio of ours that there is none of: no measurement is worse. */
export const heldFailure = '**fails**';

/** A difference as text, with its sign. */
export const signed = (value, digits) => `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;

/** What a program said, as text for one cell of a table: no address, no path of this machine, not too long. */
export function oneCell(text) {
  const plain = text.replaceAll(/https?:\/\/\S+/g, '…').replaceAll(/(\/[\w.-]+){3,}/g, '…/$1');
  return plain.replaceAll('…//', '…/').replaceAll('|', '/').replaceAll(/\s+/g, ' ').slice(0, 160);
}

/** The document with the section's figures in place of those that it had. */
export function replaceSection(document, name, figures) {
  const [from, to] = [document.indexOf(begin(name)), document.indexOf(end(name))];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no markers for ${name}`);
  return `${document.slice(0, from)}${begin(name)}\n${figures}\n${document.slice(to)}`;
}

/** The figures that the document has of a section; empty when it was never measured. */
export function recordedSection(document, name) {
  const from = document.indexOf(begin(name));
  const to = document.indexOf(end(name));
  return from < 0 || to < from ? '' : document.slice(from + begin(name).length, to);
}

/** Every ratio in bold, by its row and its column. */
export function heldRatios(figures) {
  const ratios = new Map();
  let columns = [];
  for (const line of figures.split('\n')) {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length === 0) columns = [];
    else if (columns.length === 0) columns = cells;
    else
      cells.forEach((cell, index) => {
        const value = /\*\*([\d.]+|fails)\*\*/.exec(cell)?.[1];
        if (value === undefined) return;
        ratios.set(
          `${cells[0]}: ${columns[index]}`,
          value === 'fails' ? Number.POSITIVE_INFINITY : Number(value),
        );
      });
  }
  return ratios;
}

/** What got worse by more than a fifth; what was not measured this time, or had never been, is not compared. */
export function regressions(recorded, measured) {
  return [...measured].flatMap(([what, now]) => {
    const before = recorded.get(what);
    return before !== undefined && now > before * tolerance ? [{ what, before, now }] : [];
  });
}

/** The better of two measurements, ratio by ratio: only the machine's moods make one worse than the code is. */
export function best(first, second) {
  return new Map([...first].map(([what, value]) => [what, Math.min(value, second.get(what) ?? value)]));
}

/**
 * A section's figures against the recorded ones. Only the machine's moods make a ratio worse than the code is: what
 * regressed is measured again, up to twice, before it counts.
 *
 * @param document with the recorded figures
 * @param again measures the section anew
 */
export async function checkSection(document, name, first, again) {
  const recorded = heldRatios(recordedSection(document, name));
  let measured = heldRatios(first);
  for (let more = 0; more < 2 && regressions(recorded, measured).length > 0; more++)
    measured = best(measured, heldRatios(await again()));
  return {
    compared: [...measured.keys()].filter((what) => recorded.has(what)).length,
    regressed: regressions(recorded, measured),
  };
}

/** Nothing compared is no success: a check that could not fail would pass for ever. */
export const passes = ({ compared, regressed }) => compared > 0 && regressed === 0;
