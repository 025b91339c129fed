// What doctor finds on a Mac: the system, the tool, and what of it stops runs.
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/plan/host.ts';
import { diagnoseMac } from '../../src/plan/macos/diagnosis.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { policyFromFlags } from '../../src/policy/from-flags.ts';
import { mac } from '../conformance/machines.ts';

const plist = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
	<key>ProductBuildVersion</key>
	<string>24G84</string>
	<key>ProductVersion</key>
	<string>15.6</string>
</dict></plist>`;
const text = (file: string) => (file === '/System/Library/CoreServices/SystemVersion.plist' ? plist : null);

function found(changes: Partial<Host> = {}, seatbelt = true) {
  const { surroundings, ...rest } = diagnoseMac({ ...mac, ...changes }, { seatbelt });
  return { ...rest, at: Object.fromEntries(surroundings.map(({ id, ...each }) => [id, each])) };
}

describe('diagnoseMac()', () => {
  it('names the system, and the tool', () => {
    const { at, isStopped } = found({ text });
    expect(at.macOS).toEqual({ text: 'macOS 15.6 (24G84), arm64' });
    expect(at.Seatbelt).toEqual({ text: '/usr/bin/sandbox-exec' });
    expect(isStopped).toBe(false);
    expect(found().at.macOS).toEqual({ text: 'macOS, arm64' });
  });

  it('says that nothing runs where the tool is not there, and which guarantees stay', () => {
    const { at, isStopped, guarantees } = found({}, false);
    expect([isStopped, at.Seatbelt?.remedy]).toEqual([true, 'macOS as Apple ships it']);
    const held = guarantees.always.filter(({ missing }) => missing === undefined).map(({ id }) => id);
    expect(held).toEqual(['descriptors', 'environment']);
  });

  it('holds what a plan of a run promises, and of the limits only time', () => {
    const { guarantees } = found();
    const plan = buildPlan(policyFromFlags({ allow: ['.'], deny: ['x'], netBlock: true }, ['true']), mac, {
      seatbelt: true,
    });
    const told = [...guarantees.always, ...guarantees.writing, ...guarantees.blocked];
    const byId = (one: { id: string }, other: { id: string }) => one.id.localeCompare(other.id);
    expect(told.sort(byId)).toEqual([...plan.guarantees].sort(byId));
    const limits = guarantees.limits.filter(({ missing }) => missing === undefined);
    expect(limits.map(({ id }) => id)).toEqual(['timeout']);
  });

  it('stops inside of a run, and without a place for originals', () => {
    const inside = found({ environment: { ...mac.environment, NONO: '1' } });
    expect([inside.isStopped, inside.at.nono?.text]).toEqual([true, 'this is inside a run of nono']);
    expect(found({ state: null }).isStopped).toBe(true);
  });

  it('says where originals could not be cloned', () => {
    const status: Host['status'] = (path) => {
      const known = mac.status(path);
      const volume = path.startsWith('/Users/ada/project') ? 2 : 1;
      return known === null ? null : { ...known, inode: `${volume}:7` };
    };
    expect(found({ status }).at.originals?.text).toContain('another volume');
    expect(found({ status, workingDirectory: '/Users/ada/data' }).at.originals).toBeUndefined();
  });
});
