import { BOROUGH_CODES, parseRecordId, shortReference } from '@probity/domain';
import { LEGACY_ASSERTION, MATRIX_BANDS, bandLabel, matrixRoleLabel } from './labels.js';
import type { BandCounts, BoroughCounts, MatrixEntryView, MatrixSummary } from './matrix.dto.js';
import type { MatrixCount, MatrixPlace, MatrixRow } from './matrix.reader.js';

/** Shows an entry with role and band in words beside their codes. */
export function entryView(row: MatrixRow): MatrixEntryView {
  return {
    recordId: row.record_id,
    reference: shortReference(row.record_id),
    borough: row.borough,
    role: row.role,
    roleLabel: matrixRoleLabel(row.role),
    band: row.band,
    bandLabel: bandLabel(row.band),
    assertion: row.legacy_assertion ? LEGACY_ASSERTION : null,
    enteredAt: instantOf(row.entered_at),
    reviewDue: instantOf(row.review_due),
    withholdFrom: instantOf(row.withhold_from),
    version: row.version,
    position: `${row.borough}@${String(row.topic_offset)}`,
  };
}

/** PostgreSQL writes an instant of its session, which is in UTC, without trailing zeros: `2026-11-01T09:00:00.5+00:00`. */
const IN_UTC = /^(.{19})(?:\.(\d{1,3}))?\+00:00$/;

/** RFC 3339 in UTC with milliseconds. */
function instantOf(text: string): string {
  const [, second, fraction = ''] = IN_UTC.exec(text) ?? [];
  return second === undefined ? new Date(text).toISOString() : `${second}.${fraction.padEnd(3, '0')}Z`;
}

/** Adds up the counts: every borough is there, also one without entries. */
export function summaryView(asAt: string, counts: readonly MatrixCount[]): MatrixSummary {
  const byBorough = new Map<string, BoroughCounts>(
    BOROUGH_CODES.map((borough) => [borough, { borough, RED: 0, AMBER: 0, GREEN: 0, total: 0 }]),
  );
  const bands: BandCounts = { RED: 0, AMBER: 0, GREEN: 0 };
  for (const { borough, band, entries } of counts) {
    const own = byBorough.get(borough);
    if (own === undefined) throw new Error('The read model holds a borough outside the model.');
    own[band] += entries;
    own.total += entries;
    bands[band] += entries;
  }
  const total = MATRIX_BANDS.reduce((sum, band) => sum + bands[band], 0);
  return { asAt, total, boroughs: [...byBorough.values()], bands };
}

/** Whether a decoded cursor is a place of the matrix; anyone may have written it. */
export function isMatrixPlace(value: unknown): value is MatrixPlace {
  if (typeof value !== 'object' || value === null || !('borough' in value) || !('recordId' in value))
    return false;
  const { borough, recordId } = value;
  return typeof borough === 'string' && typeof recordId === 'string' && parseRecordId(recordId) !== null;
}
