import type { ProjectionName } from '../projections/hosted-projection.js';
import type { CatchUpOrder } from './catch-up-port.js';

/** What a thread is started with. */
export interface CatchUpTask extends CatchUpOrder {
  readonly projection: ProjectionName;
  /** Domain time at the start of the catch-up, RFC 3339 UTC: when what it parks was parked. */
  readonly now: string;
}

/** What a thread tells. */
export type CatchUpMessage =
  | { readonly kind: 'applied'; readonly records: number }
  | { readonly kind: 'parked'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string };
