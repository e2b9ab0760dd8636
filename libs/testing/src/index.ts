export { startHarness, TEST_BOROUGHS } from './harness.js';
export type { Harness, HarnessOptions, Migration } from './harness.js';
export { OUTCOMES } from './synthetic/list-cases.js';
export type { ExpectedOutcome, ListCase } from './synthetic/list-cases.js';
export type { ListDialect, ListFields } from './synthetic/list-dialect.js';
export { SeededRandom } from './synthetic/seeded-random.js';
export { generateGroups, generateList, generateRows } from './synthetic/synthetic-list.js';
export type { SyntheticListOptions, SyntheticRow } from './synthetic/synthetic-list.js';
