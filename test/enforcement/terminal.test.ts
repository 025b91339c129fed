// A real terminal: job control, Ctrl-C, Ctrl-Z, resizing, full-screen programs. tmux is the terminal and the person.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openTerminal } from './open-terminal.ts';
import { asEveryone, until } from './sandbox.ts';

asEveryone('a terminal', (open) => {
  it('Ctrl-C ends the command once, and the shell outside goes on', async () => {
    const box = open();
    const terminal = openTerminal(box);
    terminal.type(`nono run -s -- ${box.probe} interrupts`);
    await terminal.shows(/^ready/m);
    for (let count = 1; count <= 3; count++) {
      terminal.keys('C-c');
      await until(() => terminal.screen().split('caught').length > count, `interrupt ${count}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300)); // a second copy would have come by now
    expect(terminal.screen().split('caught').length - 1).toBe(3);
    terminal.keys('C-\\');
    terminal.type('echo "code $?"');
    await terminal.shows(/^code 131/m);
    terminal.type('nono run -s -- sh -c "echo started; sleep 60"; echo "not reached"');
    await terminal.shows(/^started/m);
    terminal.keys('C-c');
    terminal.type('echo "code $?"');
    await terminal.shows(/^code 130/m);
    expect(terminal.screen()).not.toMatch(/^not reached/m); // the shell sees that SIGINT ended it, as outside
  });

  it('Ctrl-Z stops the run, fg continues it, bg and kill end it', async () => {
    const terminal = openTerminal(open());
    terminal.type('nono run -s -- sh -c "echo started; read line; echo got \\$line"');
    await terminal.shows(/^started/m);
    terminal.keys('C-z');
    await terminal.shows(/Stopped/);
    terminal.type('echo outside');
    await terminal.shows(/^outside/m);
    terminal.type('fg');
    terminal.type('words');
    await terminal.shows(/^got words/m);
    terminal.type('nono run -s -- sleep 60 & sleep 0.5; kill %1; wait %1; echo "ended $?"');
    await terminal.shows(/ended 143/);
  });

  it('a program that stops itself stops the run as well', async () => {
    const terminal = openTerminal(open());
    terminal.type('nono run -s -- sh -c "kill -STOP \\$\\$; echo went on"');
    await terminal.shows(/Stopped/);
    terminal.type('fg');
    await terminal.shows(/^went on/m);
  });

  it('an interactive shell has job control of its own', async () => {
    const terminal = openTerminal(open());
    terminal.type('nono run -s --allow . -- bash --norc -i');
    terminal.type("PS1='inner$ '; clear");
    await terminal.shows(/^inner\$/m);
    terminal.type('sh -c "echo started; sleep 60"');
    await terminal.shows(/^started/m);
    terminal.keys('C-z');
    await terminal.shows(/Stopped\s+sh -c/);
    terminal.type('fg; echo "code $?"');
    await terminal.shows(/^sh -c/m);
    terminal.keys('C-c');
    await terminal.shows(/^inner\$ \^C|\^C/m);
    terminal.type('exit 5');
    terminal.type('echo "left $?"');
    await terminal.shows(/left 5/);
  });

  it('nono shell opens $SHELL and says nothing it should not', async () => {
    const box = open();
    const terminal = openTerminal(box);
    terminal.type("SHELL=/bin/bash nono shell --allow . ; echo 'left it'");
    await terminal.shows(/nono: writes/);
    terminal.type('cd; ls; echo "in $NONO"');
    await terminal.shows(/cannot open directory/);
    await terminal.shows(/^in 1/m);
    terminal.keys('C-d');
    await terminal.shows(/^left it/m);
  });

  it('vim edits, resizes, suspends and saves', async () => {
    const box = open();
    const terminal = openTerminal(box);
    box.file(join(box.project, 'text'), 'first\n');
    terminal.type('nono run -s --allow . -- vim text');
    await terminal.shows(/^first\n~/m);
    terminal.resize(100, 30);
    terminal.keys('A', ' line', 'Escape');
    await terminal.shows(/first line/);
    await until(
      () =>
        terminal
          .screen()
          .split('\n')
          .filter((line) => line.startsWith('~')).length > 24,
      'the larger screen',
    );
    terminal.keys('C-z');
    await terminal.shows(/Stopped/);
    terminal.type('fg');
    await terminal.shows(/first line\n~/);
    terminal.keys(':wq', 'Enter');
    await until(() => readFileSync(join(box.project, 'text'), 'utf8') === 'first line\n', 'the saved text');
    terminal.type('stty -a | head -n 1');
    await terminal.shows(/rows 30; columns 100/);
  });

  it('reads a password from /dev/tty and restores the terminal', async () => {
    const terminal = openTerminal(open());
    terminal.type(
      'nono run -s -- bash -c "read -s -p secret: x < /dev/tty; echo; echo length \\${#x}"; stty -a | grep -o " echo "',
    );
    await terminal.shows(/^secret:/m);
    terminal.type('abcde');
    await terminal.shows(/length 5/);
    await terminal.shows(/^ echo/m);
  });
});
