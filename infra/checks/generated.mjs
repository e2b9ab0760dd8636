/**
 * Runs every generator of a committed artefact. Without an option it only checks, and exit code 1 says that an artefact
 * is stale; `--write` brings all of them up to date.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Each generator takes `--check` or `--write` and ends with 0 when its artefact is up to date. New ones go here. */
const GENERATORS = [
  { artefact: 'docs/compliance/findings.md', command: ['infra/checks/findings.mjs'] },
  { artefact: 'docs/reference/openapi', command: ['infra/checks/openapi.mjs'] },
  { artefact: 'docs/reference/access.md', command: ['infra/checks/access-matrix.mjs'] },
  { artefact: 'docs/reference/cli.md', command: ['infra/checks/cli-reference.mjs'] },
  { artefact: 'docs/reference/search-quality.md', command: ['infra/checks/search-quality.mjs'] },
  { artefact: 'docs/reference/events.md and codes.md', command: ['infra/checks/reference.mjs'] },
];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const mode = process.argv.includes('--write') ? '--write' : '--check';

const failed = GENERATORS.filter(({ artefact, command }) => {
  const { status } = spawnSync(process.execPath, [...command, mode], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) console.error(`generated: ${artefact} is stale or cannot be generated.`);
  return status !== 0;
});
if (failed.length > 0) {
  if (mode === '--check')
    console.error('generated: to bring all up to date: node infra/checks/generated.mjs --write');
  process.exitCode = 1;
}
