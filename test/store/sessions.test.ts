// Sessions on a disk: listed in order, pruned by age and size, the newest never.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeAbout } from '../../src/store/journal.ts';
import {
  pruneSessions,
  sessionAges,
  sessionDirectories,
  sessionsDirectory,
} from '../../src/store/sessions.ts';

const now = Date.UTC(2026, 1, 23);
const day = 24 * 60 * 60 * 1000;
const states: string[] = [];

afterEach(() => {
  for (const state of states.splice(0)) rmSync(state, { recursive: true });
});

function stateWith(sessions: readonly { id: string; days: number; bytes?: number }[]): string {
  const state = mkdtempSync(join(tmpdir(), 'nono-state-'));
  states.push(state);
  for (const { id, days, bytes = 1 } of sessions) {
    const directory = join(sessionsDirectory(state), id);
    mkdirSync(join(directory, 'objects'), { recursive: true });
    const journal = join(directory, 'journal');
    writeFileSync(journal, encodeAbout({ version: 1, id, started: '', command: '' }));
    utimesSync(journal, now / 1000, (now - days * day) / 1000);
    writeFileSync(join(directory, 'objects/1'), Buffer.alloc(bytes));
  }
  return state;
}

const left = (state: string) => sessionDirectories(state).map((directory) => basename(directory));

describe('sessionDirectories()', () => {
  it('lists what has a journal, the oldest first, and nothing where there is no state', () => {
    const state = stateWith([
      { id: '2', days: 0 },
      { id: '1', days: 1 },
    ]);
    mkdirSync(join(sessionsDirectory(state), '3'));
    expect(left(state)).toEqual(['1', '2']);
    expect(sessionDirectories('/nonexistent')).toEqual([]);
  });
});

describe('pruneSessions()', () => {
  it('removes what is older than the limit, and never the newest', () => {
    const old = sessionAges.mostDays + 1;
    const state = stateWith([
      { id: '1', days: old },
      { id: '2', days: 1 },
      { id: '3', days: old },
    ]);
    pruneSessions(state, now);
    expect(left(state)).toEqual(['2', '3']);
  });

  it('removes the oldest beyond the limit of size', () => {
    const state = stateWith(['1', '2', '3', '4'].map((id) => ({ id, days: 1, bytes: 1024 })));
    pruneSessions(state, now, { mostDays: 30, mostBytes: 1500 });
    expect(left(state)).toEqual(['3', '4']);
  });
});
