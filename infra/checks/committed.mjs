/** Compares a generated text with the committed file, or writes it; shared by the generators. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project folder. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** With `--write` in the arguments the file is written; otherwise a stale one gives exit code 1. */
export function settle(path, text) {
  const file = join(ROOT, path);
  if (process.argv.includes('--write')) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not what its generator gives`);
    process.exitCode = 1;
  }
}
