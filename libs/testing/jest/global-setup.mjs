/** Names the folder of this jest run. Servers start later, when the first integration test asks for them. */
import { openRunFolder } from './run-folder.mjs';

// eslint-disable-next-line no-restricted-syntax -- jest takes the default export
export default function setUp() {
  process.env.PROBITY_TEST_RUN = openRunFolder();
}
