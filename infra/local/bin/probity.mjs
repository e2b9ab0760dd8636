#!/usr/bin/env node
/** `npx probity`: the command line, in this process. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assertNode, refuse, ROOT } from './set-up.mjs';

assertNode();
const entry = join(ROOT, 'dist', 'apps', 'cli', 'src', 'main.js');
if (!existsSync(entry))
  refuse('The command line is not built yet: run npm start once, or npm ci and npm run build.');
process.env.PROBITY_HOME ||= join(ROOT, '.probity');
process.argv[1] = entry;
await import(pathToFileURL(entry).href);
