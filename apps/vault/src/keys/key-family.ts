import type { KeyFamily } from '@probity/sealing';

/** Every key family: what the records of a key are. */
export const KEY_FAMILIES = [
  'matrix',
  'safeguarding',
  'group',
  'import',
] as const satisfies readonly KeyFamily[];
