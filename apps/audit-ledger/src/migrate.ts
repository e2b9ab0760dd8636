import { reportError } from '@probity/platform';
import { migrateLedger } from './migrations/migrate-ledger.js';

try {
  await migrateLedger(process.env);
} catch (error) {
  process.stderr.write(`${JSON.stringify(reportError(error))}\n`);
  process.exitCode = 1;
}
