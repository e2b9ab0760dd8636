import { pathToFileURL } from 'node:url';

/**
 * Runs the built migration steps given as arguments, one after the other, in this one process: what they share is loaded
 * once. Each step is told on standard output before it begins, so that the last one told is the one that failed.
 */
for (const step of process.argv.slice(2)) {
  process.stdout.write(`${step}\n`);
  await import(pathToFileURL(step).href);
  if (process.exitCode !== undefined && process.exitCode !== 0) break;
}
