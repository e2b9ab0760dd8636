import type { SealedGroup } from '../event.js';
import type { Payload } from '../validation.js';

/**
 * How an event of one version becomes an event of the next. It is total and pure, and works from the event alone: what the
 * earlier version did not hold is said to be not recorded, never guessed. Parts without a function stay as they are.
 */
export interface UpcastStep {
  /** Event without a version, such as `matrix.entry-approved`. */
  readonly name: string;
  /** Version that it takes; it gives the next one. */
  readonly from: number;
  readonly parts: { readonly [part in SealedGroup | 'skeleton']?: (payload: Payload) => Payload };
}
