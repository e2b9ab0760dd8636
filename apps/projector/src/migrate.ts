import 'reflect-metadata';
import { migrateViews } from './migrations/run-migrations.js';

const done = await migrateViews(process.env);
process.stderr.write(`${String(done.length)} migrations of the read models ran\n`);
