// What many grants cost: the start of `true` with that many directories granted, over the start with none.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compile, measure } from './measure.mjs';
import { held, heldFailure, ratio, signed, table } from './record.mjs';

function directories(context, count) {
  const paths = Array.from({ length: count }, (_, index) => join(context.scratch, 'granted', `${index}`));
  for (const path of paths) mkdirSync(path, { recursive: true });
  return paths;
}

/** What nobody can be faster than who has the kernel hold as many rules: opening, adding, closing, and one layer. */
function kernelAlone(context) {
  const program = compile(context, 'rules.c', 'rules');
  return { name: 'Landlock alone', confine: ({ read }, words) => [program, ...read, '--', ...words] };
}

export function grants(context) {
  const counts = [0, ...context.sizes.grants];
  const ways = [kernelAlone(context), ...context.ways.filter(({ name }) => name !== 'bare')];
  const read = directories(context, Math.max(...counts));
  // What cannot take many is asked no more: sandbox-runtime and firejail take minutes to fail.
  const failed = new Map();
  const columns = counts.map((count) => {
    const able = ways.filter(({ name }) => !failed.has(name));
    const policy = { write: [], read: read.slice(0, count) };
    const tasks = able.map(({ confine }) => ({ words: confine(policy, ['true'], context) }));
    const results = measure(context, tasks, { rounds: Math.ceil(context.rounds / (count > 1000 ? 3 : 1)) });
    for (const [index, result] of results.entries())
      if (result.failed) failed.set(able[index].name, result.failed);
    return new Map(able.map(({ name }, index) => [name, results[index]]));
  });
  const more = (name, index) => columns[index].get(name)?.ms - columns[0].get(name)?.ms;
  const cell = (name, index) => {
    const ms = columns[index].get(name)?.ms;
    if (ms === undefined) return columns[index].has(name) ? failed.get(name) : '';
    return index === 0 ? `${ms.toFixed(1)} ms` : `${signed(more(name, index), 1)} ms`;
  };
  const last = columns.length - 1;
  const compared = ({ name, ours }) => {
    const value = more(name, last) / more(ways[0].name, last);
    if (Number.isNaN(value)) return ours ? heldFailure : '';
    return name === ways[0].name ? '' : (ours ? held : ratio)(value);
  };
  const rows = ways.map((way) => [
    way.name,
    ...counts.map((_, index) => cell(way.name, index)),
    compared(way),
  ]);
  const heading = 'start of `true`, directories granted for reading';
  const sizes = context.sizes.grants.map((count) => count.toLocaleString('en'));
  return table([heading, 'none', ...sizes, `${sizes.at(-1)}, to Landlock alone`], rows);
}
