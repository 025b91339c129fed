import { expect, it } from 'vitest';
import { isSiblingName } from '../../src/plan/saves.ts';

it.each([
  ['conf.json.tmp', true],
  ['conf.json~', true],
  ['conf.json-1', true],
  ['.conf.json.swp', true],
  ['#conf.json#', true],
  ['sedAb12Zz', true],
  ['tmpab_12xyz', true],
  ['.goutputstream-A1B2C3', true],
  ['conf.json', false],
  ['.conf.json', false],
  ['.conf.json_profile', false],
  ['conf.jsonx', false],
  ['xconf.json.tmp', false],
  ['sed-script', false],
  ['tmpfile', false],
])('isSiblingName() knows what is made to replace conf.json: %s', (name, expected) => {
  expect(isSiblingName(name, 'conf.json')).toBe(expected);
});
