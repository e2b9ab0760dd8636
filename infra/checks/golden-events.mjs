/**
 * Checks that every version of every event that was ever written has a released sample, and that nothing that was released
 * has changed: neither a sample, nor its sum, nor the schema. Then it checks the check. `--release` completes what is new,
 * seals and signs it with the keys of the samples, and adds its sum; it changes nothing that was released.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './committed.mjs';
import { completeSample, schemaHashOf, sha256, stepSample } from './golden-release.mjs';
import { goldenFaults, parseSums, sampleOf, stepSampleOf, unnoticedSpoilers } from './golden-rules.mjs';

const { CATALOGUE } = await import(join(ROOT, 'dist/libs/events/src/index.js'));
const FOLDER = 'libs/events/test/golden';
const SUMS = `${FOLDER}/released.sha256`;

const pathOf = (name) => join(ROOT, FOLDER, name);
const readJson = (name) => JSON.parse(readFileSync(pathOf(name), 'utf8'));
const releasedSums = () =>
  existsSync(join(ROOT, SUMS)) ? parseSums(readFileSync(join(ROOT, SUMS), 'utf8')) : new Map();

/** Sums in every committed version of the list, so that a sample cannot be edited together with its sum; none without git. */
const everReleased = () => {
  const { status, stdout } = spawnSync('git', ['log', '--format=', '-p', '--no-color', '--', SUMS], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) return new Map();
  const added = stdout.split('\n').filter((line) => /^\+[0-9a-f]{64} {2}/.test(line));
  return parseSums(added.map((line) => line.slice(1)).join('\n'));
};

const filesNow = () =>
  new Map(
    readdirSync(join(ROOT, FOLDER))
      .filter((name) => name.endsWith('.json'))
      .map((name) => {
        const bytes = readFileSync(pathOf(name));
        const { type, schemaHash } = JSON.parse(bytes.toString('utf8'));
        return [name, { hash: sha256(bytes), type, schemaHash }];
      }),
  );

const add = (name, text) => {
  writeFileSync(pathOf(name), text);
  appendFileSync(join(ROOT, SUMS), `${sha256(text)}  ${name}\n`);
  console.log(`released ${FOLDER}/${name}`);
};
const pretty = (value) => `${JSON.stringify(value, null, 2)}\n`;

const release = () => {
  const released = releasedSums();
  if (!released.has('keys.json')) add('keys.json', readFileSync(pathOf('keys.json'), 'utf8'));
  const keys = readJson('keys.json');
  for (const definition of CATALOGUE.values()) {
    const [sample, step] = [`${sampleOf(definition)}.json`, `${stepSampleOf(definition)}.json`];
    if (!existsSync(pathOf(sample))) continue;
    const { plain } = readJson(sample);
    if (!released.has(sample)) add(sample, pretty(completeSample(definition, plain, keys)));
    if (!definition.isCurrent && !released.has(step)) add(step, pretty(stepSample(definition, plain)));
  }
};

if (process.argv.includes('--release')) release();
const definitions = [...CATALOGUE.values()];
const state = {
  definitions,
  files: filesNow(),
  released: releasedSums(),
  everReleased: everReleased(),
  schemaHashOf,
};
const faults = goldenFaults(state);
if (faults.length === 0)
  faults.push(...unnoticedSpoilers(state).map((name) => `The check does not notice ${name}.`));
for (const fault of faults) console.error(`golden events: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
else console.log(`golden events: ${state.released.size} released files, all as they were released`);
