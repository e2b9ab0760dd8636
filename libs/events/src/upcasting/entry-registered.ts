import { NOT_RECORDED } from '../schemas.js';
import type { UpcastStep } from './upcast-step.js';

/** Version 2 tells an assessed vulnerability from an assumed one. Version 1 held the degree, and nothing tells which it was. */
export const entryRegisteredSteps: readonly UpcastStep[] = [
  {
    name: 'safeguarding.entry-registered',
    from: 1,
    parts: {
      case: ({ vulnerability, ...rest }) => ({
        ...rest,
        vulnerability: { degree: vulnerability, basis: NOT_RECORDED },
      }),
    },
  },
];
