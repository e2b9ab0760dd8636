/** Nest token of every `ParkedService` of this process, in the order of `PROJECTIONS`. */
export const PARKED = Symbol('PARKED');
