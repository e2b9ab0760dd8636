/** Nest token of every `GenerationService` of this process, in the order of `PROJECTIONS`. */
export const GENERATIONS = Symbol('GENERATIONS');
