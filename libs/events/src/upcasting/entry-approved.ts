import { NOT_RECORDED } from '../schemas.js';
import type { UpcastStep } from './upcast-step.js';

/** Version 2 says which group the decision read: it may have been audited, or read later, than the proposal's. */
export const entryApprovedSteps: readonly UpcastStep[] = [
  {
    name: 'matrix.entry-approved',
    from: 1,
    parts: { case: (payload) => ({ ...payload, group: NOT_RECORDED }) },
  },
];
