export { startHarness, TEST_BOROUGHS } from './harness.js';
export type { Harness, HarnessOptions, Migration } from './harness.js';
