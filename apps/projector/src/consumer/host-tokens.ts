import type { ProjectionName } from '../projections/hosted-projection.js';

/** Nest token of the matrix's `ProjectionHost`. */
export const MATRIX_HOST = Symbol('MATRIX_HOST');
/** Nest token of the safeguarding register's `ProjectionHost`. */
export const SAFEGUARDING_HOST = Symbol('SAFEGUARDING_HOST');
/** Nest token of every `ProjectionHost` of this process, in the order of `PROJECTIONS`. */
export const HOSTS = Symbol('HOSTS');

/** The token of one projection's host. */
export const HOST_TOKENS: Readonly<Record<ProjectionName, symbol>> = {
  matrix: MATRIX_HOST,
  safeguarding: SAFEGUARDING_HOST,
};
