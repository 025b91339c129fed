// Many sandboxes one after the other: whether the last ones take longer than the first, and what they leave behind.
import { leftBehind, leftovers } from './leftovers.mjs';
import { measure, median } from './measure.mjs';
import { held, heldFailure, ratio, table } from './record.mjs';

/** A run takes Node's start; what does not is repeated more often. */
const timesOf = ({ name }, { sequence, runs }) => (name.startsWith('nono run') ? runs : sequence);

/** Of ours only what gets slower counts: a quiet end is no better code. */
const drift = ({ ours }, value) => (ours ? held(Math.max(value, 1)) : ratio(value));

function measureWay(context, way) {
  const words = way.confine({ write: [context.work], read: [] }, ['true'], context);
  const rounds = timesOf(way, context.sizes);
  const before = leftovers(context);
  const [{ all, failed }] = measure(context, [{ words }], { rounds, seconds: 3600 });
  if (failed) return [way.name, failed, '', '', way.ours ? heldFailure : '', ''];
  const tenth = Math.ceil(all.length / 10);
  const [first, last] = [median(all.slice(0, tenth)), median(all.slice(-tenth))];
  const times = [`${first.toFixed(2)} ms`, `${last.toFixed(2)} ms`, drift(way, last / first)];
  return [way.name, all.length, ...times, leftBehind(context, before)];
}

export function sequence(context) {
  const ways = context.ways.filter(({ name, ours }) => ours || name === 'bare');
  const columns = ['one after the other', 'runs', 'first tenth', 'last tenth', 'ratio', 'left behind'];
  return table(
    columns,
    ways.map((way) => measureWay(context, way)),
  );
}
