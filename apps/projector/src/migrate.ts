import { reportError } from '@probity/platform';
import { migrateViews } from './migrations/run-migrations.js';

try {
  await migrateViews(process.env);
} catch (error) {
  process.stderr.write(`${JSON.stringify(reportError(error))}\n`);
  process.exitCode = 1;
}
