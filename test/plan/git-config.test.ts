// Settings of git that run commands, and where its hooks come from.
import { describe, expect, it } from 'vitest';
import { addedCommands, hooksPathIn } from '../../src/plan/git-config.ts';

const before = '[core]\n\tbare = false\n[alias]\n\tst = status\n';

describe('addedCommands()', () => {
  it.each([
    ['hooks from elsewhere', '[core]\n\thooksPath = x', ['core.hookspath=x']],
    ['a monitor', '[core] fsmonitor = "./run me"', ['core.fsmonitor=./run me']],
    ['another spelling', '[CORE]\n SSHCommand=ssh -F x # why not', ['core.sshcommand=ssh -F x']],
    ['an alias that runs a shell', '[alias]\n\tst = "!sh x"', ['alias.st=!sh x']],
    ['a subsection', '[filter "a.b c"]\n\tclean = cat\n\trequired', ['filter.a.b c.clean=cat']],
    ['a subsection with quotes', '[diff "a\\"b"]\n\ttextconv = x', ['diff.a"b.textconv=x']],
    ['a line that goes on', '[core]\n\tpager = a\\\nb', ['core.pager=ab']],
    [
      'another file',
      '[include]\n\tpath = x\n[includeIf "gitdir:/"]\n\tpath = y',
      ['include.path=x', 'includeif.gitdir:/.path=y'],
    ],
    ['an equals sign in a subsection', '[url "a=b"]\n\tinsteadOf = c=d', ['url.a=b.insteadof=c=d']],
    ['a file of settings more', '[extensions]\n\tworktreeConfig = true', ['extensions.worktreeconfig=true']],
    [
      'what archive, gc and hooks run',
      '[tar "x"]\n\tcommand = a\n[gc]\n\trecentObjectsHook = b\n[hook "c"]\n\tcommand = d',
      ['tar.x.command=a', 'gc.recentobjectshook=b', 'hook.c.command=d'],
    ],
    ['another place', '[remote "o"]\n\turl = x\n\tuploadpack = y', ['remote.o.uploadpack=y']],
  ])('finds %s', (_, text, expected) => {
    expect(addedCommands(before, text)).toEqual(expected);
  });

  it('says nothing of what was there, of aliases of git itself, and of what runs nothing', () => {
    expect(addedCommands('[core]\n\tpager = less\n', '[core]\n\tpager = less\n\tbare = true\n')).toEqual([]);
    expect(
      addedCommands('', '[alias]\n\tl = log\n[branch "x"]\n\tremote = origin\n# [core] pager = x\n'),
    ).toEqual([]);
    expect(addedCommands('[core]\n\tpager = less\n', '[core]\n\tpager = more\n')).toEqual([
      'core.pager=more',
    ]);
  });
});

describe('hooksPathIn()', () => {
  it('is the last that is set', () => {
    expect(hooksPathIn('[core]\n\thooksPath = a\n[x]\n[core]\n\thookspath = "b c"\n')).toBe('b c');
    expect(hooksPathIn(before)).toBeNull();
  });
});
