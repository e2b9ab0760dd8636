import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from './config-error.js';

/** Version of the operating model that decides. An active model is never edited: the next one stands beside it. */
const ACTIVE_MODEL = '2026-1';

/** An operating model as it lies on disk. */
export interface OperatingModelText {
  text: string;
  /** SHA-256 of the bytes, 64 hexadecimal digits: the `policyversion` of every event decided under it. */
  hash: string;
}

/**
 * Reads the operating model that decides, for `loadOperatingModel` of the domain, which itself reads no files.
 *
 * @throws ConfigError when the project has no such file
 */
export function readOperatingModel(version = ACTIVE_MODEL): OperatingModelText {
  const path = join(projectRoot(), 'libs', 'domain', 'operating-models', version, 'model.json');
  if (!existsSync(path))
    throw new ConfigError(`There is no operating model ${version}`, 'restore it from the repository');
  const bytes = readFileSync(path);
  return { text: bytes.toString('utf8'), hash: createHash('sha256').update(bytes).digest('hex') };
}

/** The nearest folder above this file that holds `nest-cli.json`; the same from the sources and from the build. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'nest-cli.json'))) {
    const parent = dirname(folder);
    if (parent === folder)
      throw new ConfigError('The project folder was not found', 'start from a whole checkout');
    folder = parent;
  }
  return folder;
}
