// The profiles that come with nono: parsed when they are asked for. Why each entry is there is said in the files.
import aider from '../../profiles/agents/aider.jsonc?lazy';
import claude from '../../profiles/agents/claude.jsonc?lazy';
import codex from '../../profiles/agents/codex.jsonc?lazy';
import copilotCli from '../../profiles/agents/copilot-cli.jsonc?lazy';
import cursorAgent from '../../profiles/agents/cursor-agent.jsonc?lazy';
import gemini from '../../profiles/agents/gemini.jsonc?lazy';
import goose from '../../profiles/agents/goose.jsonc?lazy';
import opencode from '../../profiles/agents/opencode.jsonc?lazy';
import go from '../../profiles/development/go.jsonc?lazy';
import java from '../../profiles/development/java.jsonc?lazy';
import node from '../../profiles/development/node.jsonc?lazy';
import python from '../../profiles/development/python.jsonc?lazy';
import rust from '../../profiles/development/rust.jsonc?lazy';
import type { Profile } from './profile.ts';

// The cast holds because test/policy/bundled.test.ts reads every file as a user's.
const files = {
  aider,
  claude,
  codex,
  'copilot-cli': copilotCli,
  'cursor-agent': cursorAgent,
  gemini,
  goose,
  opencode,
  go,
  java,
  node,
  python,
  rust,
} as Readonly<Record<string, () => Profile>>;

export const bundledNames: readonly string[] = Object.keys(files);

/** The bundled profile of that name; null: there is none. */
export function bundledProfile(name: string): Profile | null {
  return Object.hasOwn(files, name) ? (files[name]?.() ?? null) : null;
}

// Only agents have one: what development needs is named by whoever develops.
const byCommand: Readonly<Record<string, string>> = {
  aider: 'aider',
  claude: 'claude',
  codex: 'codex',
  copilot: 'copilot-cli',
  'cursor-agent': 'cursor-agent',
  gemini: 'gemini',
  goose: 'goose',
  opencode: 'opencode',
};

/** The profile of an agent, by the name of its command; null: it has none. */
export function profileOfCommand(command: string): string | null {
  return Object.hasOwn(byCommand, command) ? (byCommand[command] ?? null) : null;
}

// Those that stop, or start from nothing each time, without what they keep in the home; npm, pnpm and pip do well by caches of a run.
const developmentCommands: Readonly<Record<string, readonly string[]>> = {
  go: ['go'],
  java: ['mvn', 'gradle'],
  node: [],
  python: [],
  rust: ['cargo'],
};

/** The profiles for development. */
export const developmentNames: readonly string[] = Object.keys(developmentCommands);

/** The profile for development that has the caches of a command; null: there is none. */
export function developmentOfCommand(command: string): string | null {
  return developmentNames.find((name) => developmentCommands[name]?.includes(command)) ?? null;
}
