#!/usr/bin/env node
/** `npm run reset`: removes the store, provided that nothing runs from it. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { homeFolder, refuse } from './set-up.mjs';

const home = resolve(homeFolder());

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Whether the process of a run file is the one that wrote it, as far as its command line shows. */
function isOurs({ pid, marker = '/src/main.js' }) {
  if (!Number.isInteger(pid) || !isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(marker);
  } catch {
    return true;
  }
}

function running() {
  const folder = join(home, 'run');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) => {
    try {
      const run = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return isOurs(run) ? [`${file.replace(/\.json$/, '')} (process ${run.pid})`] : [];
    } catch {
      return [];
    }
  });
}

if (!existsSync(home)) {
  process.stdout.write(`There is no store at ${home}: nothing to remove.\n`);
} else {
  // Only what a stack has made is removed: a mistyped PROBITY_HOME must not cost anybody a folder.
  const isStore = existsSync(join(home, 'stack.json')) || existsSync(join(home, 'run'));
  if (!isStore) refuse(`${home} is not a store of this project and was left alone: check PROBITY_HOME.`);
  const left = running();
  if (left.length > 0) {
    refuse(
      `The stack still runs from ${home}: ${left.join(', ')}. Stop it with Ctrl-C in its terminal, then try again.`,
    );
  }
  rmSync(home, { recursive: true, force: true });
  process.stdout.write(
    `Removed ${home}: databases, topics, keys, certificates, passwords and logs. npm start makes a new store.\n`,
  );
}
