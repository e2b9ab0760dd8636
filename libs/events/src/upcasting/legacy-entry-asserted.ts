import { NOT_RECORDED } from '../schemas.js';
import type { UpcastStep } from './upcast-step.js';

/** Version 2 says which group the decision read. The proposal before it names a group, but another event is no source here. */
export const legacyEntryAssertedSteps: readonly UpcastStep[] = [
  {
    name: 'matrix.legacy-entry-asserted',
    from: 1,
    parts: { case: (payload) => ({ ...payload, group: NOT_RECORDED }) },
  },
];
