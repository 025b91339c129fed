// What is compiled once for many sessions: a name of the same length stands for each session's, and gives way to it.
import type { Host } from './host.ts';

/** As long as a session's name and start always are, and like none. */
export const placeholder: Host['session'] = {
  id: '00000000-000000-00000-000000',
  started: '0000-00-00T00:00:00.000Z',
};

function placesIn(bytes: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) places.push(at);
  return places;
}

/** Bytes in which every placeholder gives way to a session's own: looked for once, filled in for each session. */
export function fillable(bytes: Uint8Array): (session: Host['session']) => Buffer {
  const kept = Buffer.from(bytes);
  const places = (['id', 'started'] as const).map((key) => ({ key, at: placesIn(kept, placeholder[key]) }));
  return (session) => {
    const filled = Buffer.from(kept);
    for (const { key, at } of places) for (const place of at) filled.write(session[key], place, 'latin1');
    return filled;
  };
}
