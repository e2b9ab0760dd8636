#!/usr/bin/env node
/** `npm test`: sets up what is missing, then runs every check and every test; the last line says how many passed and failed. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, run, setUp } from './set-up.mjs';

setUp();
const folder = mkdtempSync(join(tmpdir(), 'probity-results-'));
const results = join(folder, 'jest.json');

const checks = run('npm', ['run', '--silent', 'check']);
const jest = run(process.execPath, [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
  '--json',
  `--outputFile=${results}`,
  ...process.argv.slice(2),
]);

/** Tests that passed and failed; the checks count as one, and so does a file that could not be run. */
function count() {
  const checked = checks.status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  if (!existsSync(results)) return { passed: checked.passed, failed: checked.failed + 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(results, 'utf8'),
  );
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  // Jest can fail without a failing test, for instance when its tear-down does.
  const unexplained = jest.status !== 0 && failed === 0 ? 1 : 0;
  return { passed: checked.passed + numPassedTests, failed: checked.failed + failed + unexplained };
}

const { passed, failed } = count();
rmSync(folder, { recursive: true, force: true });
if (checks.status !== 0) process.stdout.write('\nnpm run check failed: see above.\n');
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
