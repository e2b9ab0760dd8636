#!/usr/bin/env node
/** `npm run test:soak`: sets up what is missing, then runs the fault series. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, setUp } from './set-up.mjs';

setUp();
const entry = join(ROOT, 'dist', 'apps', 'e2e', 'src', 'main.js');
process.argv[1] = entry;
await import(pathToFileURL(entry).href);
