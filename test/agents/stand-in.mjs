#!/usr/bin/env node
// What an agent does in a day, without a model: it clones, edits, installs, tests and commits; and then it tries three
// things that it must not.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';

const run = (file, ...words) =>
  execFileSync(file, words, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });

/** As editors save: the new content beside the file, then over it. */
function save(file, content) {
  writeFileSync(`${file}.tmp`, content);
  renameSync(`${file}.tmp`, file);
}

function attempt(name, act) {
  try {
    act();
    console.log(`${name}: done`);
  } catch (error) {
    console.log(`${name}: ${error.code}`);
  }
}

run('git', 'clone', '--quiet', '.', 'copy');
run('git', '-C', 'copy', 'log', '--oneline');
const sources = readdirSync('src');
for (const name of sources) save(`src/${name}`, readFileSync(`src/${name}`, 'utf8').replace('1', '2'));
run('npm', 'install', '--no-audit', '--no-fund', '--offline');
console.log(run('npm', 'test', '--silent').trim());
run('git', 'add', 'src');
run('git', 'commit', '--quiet', '--message', 'Two');
console.log(`edited ${sources.length}, ${run('git', 'log', '--format=%s', '-1').trim()}`);

attempt('delete', () => unlinkSync('notes.txt'));
attempt('key', () => readFileSync(`${homedir()}/.ssh/id_ed25519`));
attempt('hook', () => writeFileSync('.git/hooks/pre-commit', '#!/bin/sh\n', { mode: 0o755 }));
