#!/usr/bin/env node
/** `npm run bench`: sets up what is missing, then measures. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, setUp } from './set-up.mjs';

setUp();
const entry = join(ROOT, 'dist', 'apps', 'bench', 'src', 'main.js');
process.argv[1] = entry;
await import(pathToFileURL(entry).href);
