import { reportError } from '@probity/platform';
import { migrateGovernance } from './migrations/migrate-governance.js';

try {
  await migrateGovernance(process.env);
} catch (error) {
  process.stderr.write(`${JSON.stringify(reportError(error))}\n`);
  process.exitCode = 1;
}
