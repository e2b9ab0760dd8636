import { roleLabelOf } from '@probity/domain';

/** Roles that stand on the matrix, each with its label in words (DPA 2018 s.38(3), R-06). */
export const MATRIX_ROLES = ['SUSPECTED_OFFENDER', 'CONVICTED_OFFENDER'] as const;

/** A role on the matrix. */
export type MatrixRole = (typeof MATRIX_ROLES)[number];

/** Bands of a person who is on the matrix, from the most to the least serious. */
export const MATRIX_BANDS = ['RED', 'AMBER', 'GREEN'] as const;

/** A band on the matrix. */
export type MatrixBand = (typeof MATRIX_BANDS)[number];

const BAND_LABELS: Readonly<Record<MatrixBand, string>> = {
  RED: 'High harm (red)',
  AMBER: 'Medium harm (amber)',
  GREEN: 'Lower harm (green)',
};

/** What is said of an entry that rests on what a borough's old list claims, until a supervisor attests it. */
export const LEGACY_ASSERTION = 'Legacy assertion, not attested';

/** Label of a role, in words. */
export function matrixRoleLabel(role: MatrixRole): string {
  return roleLabelOf(role);
}

/** Label of a band, in words, so that it is never told by colour alone. */
export function bandLabel(band: MatrixBand): string {
  return BAND_LABELS[band];
}
