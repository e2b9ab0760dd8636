import 'reflect-metadata';
import { migrateViews } from './migrations/run-migrations.js';

try {
  const done = await migrateViews(process.env);
  process.stderr.write(`${String(done.length)} migrations of the read models ran\n`);
} catch (error) {
  process.stderr.write(
    `The read models were not migrated: ${error instanceof Error ? error.message : 'unknown error'}\n`,
  );
  process.exitCode = 1;
}
