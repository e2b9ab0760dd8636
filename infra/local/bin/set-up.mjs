/** What every command needs first: a Node that is new enough, the packages, a build of the sources as they are. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the project folder. */
export const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

const STAMP = join(ROOT, 'dist', 'sources.sha256');

/** Prints a sentence and ends with exit code 1. */
export function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Folder of the store that the environment names. */
export function homeFolder() {
  return process.env.PROBITY_HOME || join(ROOT, '.probity');
}

/** Runs a command of the project to its end; output goes to the terminal unless `quiet`. */
export function run(command, args, { quiet = false, env = process.env } = {}) {
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  return spawnSync(command, args, {
    cwd: ROOT,
    stdio,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
}

/** Checks Node, installs, builds; each only where it is needed. */
export function setUp() {
  assertNode();
  install();
  linkCommand();
  build();
}

/** Node 20.19 or later in 20, 22.12 or later above: the same rule as `engines` in package.json. */
export function assertNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22) return;
  refuse(
    `Node ${version} is not supported: install Node 20.19 or later, or 22.12 or later (https://nodejs.org).`,
  );
}

function install() {
  const lock = join(ROOT, 'package-lock.json');
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  process.stdout.write('Installing packages (npm ci)\n');
  const result = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error'], { quiet: true });
  if (result.status === 0) return;
  // npm prints its whole manual after the reason.
  const lines = `${result.stderr}`.split('\n').filter((line) => /^npm error\s+\S/.test(line));
  process.stderr.write(`${lines.slice(0, 5).join('\n')}\n`);
  refuse(
    'The packages could not be installed: check that this machine reaches an npm registry, then try again.',
  );
}

// npm links the commands of packages, not those of the project itself; npx in the project folder looks among the links.
function linkCommand() {
  const links = join(ROOT, 'node_modules', '.bin');
  const link = join(links, 'probity');
  if (process.platform === 'win32' || existsSync(link)) return;
  mkdirSync(links, { recursive: true });
  symlinkSync(join('..', '..', 'infra', 'local', 'bin', 'probity.mjs'), link);
}

function build() {
  const digest = digestOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  process.stdout.write('Building\n');
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const result = run(process.execPath, [nest, 'build', '--all'], { quiet: true });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    refuse('The build failed: correct what is named above, then try again.');
  }
  writeFileSync(STAMP, digest);
}

/** SHA-256 over every source and build setting, by path, so that a build is made exactly when one of them changed. */
function digestOfSources() {
  const hash = createHash('sha256');
  const settings = ['nest-cli.json', 'package-lock.json', 'tsconfig.base.json', '.swcrc'];
  for (const file of settings) if (existsSync(join(ROOT, file))) add(hash, file);
  for (const folder of ['apps', 'libs', 'infra/local']) walk(hash, folder);
  return hash.digest('hex');
}

function walk(hash, folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(hash, path);
    else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.spec.ts')) add(hash, path);
  }
}

function add(hash, path) {
  hash
    .update(`${path}\0`)
    .update(readFileSync(join(ROOT, path)))
    .update('\0');
}
