import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the project folder: the nearest parent of this file that holds `nest-cli.json` (source and build alike). */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'nest-cli.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('The project folder was not found above the local stack.');
    folder = parent;
  }
  return folder;
}

/** Absolute path of a file or folder of the project. */
export function inProject(...segments: string[]): string {
  return join(projectRoot(), ...segments);
}
