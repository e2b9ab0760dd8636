/** Ends the servers of this jest run, if any were started, and removes their data. */
import { rmSync } from 'node:fs';
import { end, serversOf } from './run-folder.mjs';

// eslint-disable-next-line no-restricted-syntax -- jest takes the default export
export default async function tearDown() {
  const folder = process.env.PROBITY_TEST_RUN;
  if (folder === undefined) return;
  for (const server of serversOf(folder)) await end(server);
  rmSync(folder, { recursive: true, force: true });
}
