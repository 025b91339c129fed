// A real terminal with an interactive shell outside, from which nono is started as a person would: tmux is both.
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type Sandbox, until } from './sandbox.ts';

export function openTerminal(box: Sandbox, more: Record<string, string> = {}, waitMs?: number) {
  const env = { TERM: 'xterm-256color', SHELL: '/bin/bash', ...more };
  const socket = join(box.base, 'tmux');
  const tmux = (...words: string[]) =>
    box.outside(['tmux', '-f', '/dev/null', '-S', socket, ...words], { env });
  tmux('new-session', '-d', '-x', '80', '-y', '24', 'bash', '--norc');
  const server = Number(tmux('display-message', '-p', '#{pid}').stdout);
  onTestFinished(() => void process.kill(server));
  const screen = () => tmux('capture-pane', '-p').stdout;
  const terminal = {
    screen,
    keys: (...keys: string[]) => tmux('send-keys', ...keys),
    type: (line: string) => tmux('send-keys', line, 'Enter'),
    /** What tmux knows of the terminal's state, such as `#{alternate_on}`. */
    state: (format: string) => tmux('display-message', '-p', format).stdout.trim(),
    resize: (columns: number, rows: number) =>
      tmux('resize-window', '-x', String(columns), '-y', String(rows)),
    shows: (pattern: RegExp) =>
      until(() => pattern.test(screen()), `${pattern} on\n${screen()}`, waitMs).catch(() =>
        expect(screen()).toMatch(pattern),
      ),
    /** Presses the key, again and again, until the pattern shows: what comes before a program listens is lost. */
    async press(key: string, pattern: RegExp, betweenMs = 4000) {
      terminal.keys(key);
      const pressing = setInterval(() => terminal.keys(key), betweenMs);
      await terminal.shows(pattern).finally(() => clearInterval(pressing));
    },
  };
  terminal.type(`PS1='outer$ '; nono() { ${box.nono} "$@"; }; clear`);
  return terminal;
}
