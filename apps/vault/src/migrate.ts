import { runVaultMigrations } from './database/run-migrations.js';

const count = await runVaultMigrations(process.env);
process.stdout.write(`vault: ${String(count)} migrations applied\n`);
