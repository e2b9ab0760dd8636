import { reportError } from '@probity/platform';
import { migrateIngest } from './database/migrate-schemas.js';

try {
  await migrateIngest(process.env);
} catch (error) {
  process.stderr.write(`${JSON.stringify(reportError(error))}\n`);
  process.exitCode = 1;
}
