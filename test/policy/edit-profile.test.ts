// Rules that are added to a profile's text: what is there stays, comments too.
import { describe, expect, it } from 'vitest';
import { editProfile, newProfile } from '../../src/policy/edit-profile.ts';
import { readProfile } from '../../src/policy/read-profile.ts';

const mine = `// my own words
{
  "filesystem": {
    // what I work on
    "allow": ["~/work"], // and no more
    "read": [
      "~/data"
    ],
  },
  "on_delete": "refuse"
}
`;

describe('editProfile()', () => {
  it('adds to lists, makes those that are missing, and leaves every comment', () => {
    const after = editProfile(mine, [
      { key: 'filesystem.allow', value: '~/more' },
      { key: 'filesystem.files', value: { path: '~/a.md', access: 'read' } },
      { key: 'commands.allow', value: 'rm' },
      { key: 'on_delete', value: 'keep' },
    ]);
    for (const comment of ['// my own words', '// what I work on', '// and no more'])
      expect(after).toContain(comment);
    expect(readProfile(after, 'mine.jsonc')).toMatchObject({
      filesystem: {
        allow: ['~/work', '~/more'],
        read: ['~/data'],
        files: [{ path: '~/a.md', access: 'read' }],
      },
      commands: { allow: ['rm'] },
      on_delete: 'keep',
    });
  });

  it('says nothing twice', () => {
    const edits = [
      { key: 'filesystem.allow', value: '~/work' },
      { key: 'on_delete', value: 'refuse' },
    ];
    expect(editProfile(mine, edits)).toBe(mine);
    const once = editProfile(mine, [{ key: 'network.ports', value: 80 }]);
    expect(editProfile(once, [{ key: 'network.ports', value: 80 }])).toBe(once);
  });
});

describe('newProfile()', () => {
  it('can be read, with what it adds to', () => {
    const text = newProfile('tool: learned', ['node'], [{ key: 'filesystem.read', value: '~/data' }]);
    expect(text.split('\n')[0]).toBe('// tool: learned');
    expect(readProfile(text, 'tool.jsonc')).toEqual({ extends: ['node'], filesystem: { read: ['~/data'] } });
    expect(readProfile(newProfile('x', [], [{ key: 'on_delete', value: 'keep' }]), 'x')).toEqual({
      on_delete: 'keep',
    });
  });
});
