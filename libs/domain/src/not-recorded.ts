/**
 * What stands in an event of an older schema version for a fact that it did not hold. Nobody writes it: a decider knows
 * what it decides, and a reader must not guess what an older one knew.
 */
export type NotRecorded = 'NOT_RECORDED';
