/** Grace after a review falls due, in milliseconds: an entry whose review is more than 14 days late is not shown. */
const OVERDUE_GRACE_MS = 14 * 24 * 60 * 60 * 1000;

/** The instants that bound how long a row may be shown without anything new happening, RFC 3339 UTC. */
export interface ShownUntil {
  /** By when a legacy assertion must be attested; null otherwise. */
  readonly attestBy: string | null;
  /** When the evidence stops sufficing if nothing new comes; null when it does not by itself. */
  readonly criteriaHoldUntil: string | null;
  readonly reviewDue: string;
}

/** The earliest of attestation due, criteria no longer held, and review overdue by 14 days, RFC 3339 UTC in milliseconds. */
export function withholdFrom({ attestBy, criteriaHoldUntil, reviewDue }: ShownUntil): string {
  const instants = [attestBy, criteriaHoldUntil]
    .filter((instant) => instant !== null)
    .map((instant) => Date.parse(instant));
  return new Date(Math.min(...instants, Date.parse(reviewDue) + OVERDUE_GRACE_MS)).toISOString();
}
