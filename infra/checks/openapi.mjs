/** Writes or checks the OpenAPI descriptions under `docs/reference/openapi`, as the built services give them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, settle } from './committed.mjs';

for (const app of [
  'audit-ledger',
  'borough-ingest',
  'governance',
  'identity-provider',
  'projector',
  'vault',
]) {
  const script = join(ROOT, 'dist', 'apps', app, 'src', 'openapi.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: ROOT, encoding: 'utf8' });
  if (status === 0) settle(`docs/reference/openapi/${app}.json`, stdout);
  else {
    console.error(
      `the description of ${app} cannot be made; build first (npm run build)\n${stderr.slice(0, 2000)}`,
    );
    process.exitCode = 1;
  }
}
