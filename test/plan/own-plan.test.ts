// The part of a plan that decides: what it is made of, and that taking it costs nothing.
import { describe, expect, it } from 'vitest';
import { ownPlanOf } from '../../src/plan/own-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';

const plan = {
  version: 1,
  originals: { kind: 'kept', store: '/home/ada/.local/state/nono/sessions/1' },
  environment: { variables: [{ name: 'TOKEN', value: 'secret' }] },
  get protected() {
    throw new Error('every protected path was spelled out');
  },
} as unknown as Plan;

describe('ownPlanOf()', () => {
  it('spells out no protected path, which takes milliseconds', () => {
    expect(ownPlanOf(plan).version).toBe(1);
  });

  it('tells neither where originals are kept nor what the environment holds', () => {
    expect(JSON.stringify(ownPlanOf(plan))).not.toMatch(/sessions|secret/);
  });
});
