import type { CountMismatch, RowMismatch } from '@probity/projection';
import { capped } from '@probity/reconciliation';
import type { Finding } from '@probity/reconciliation';

/** How many records are named one by one. */
export const NAMED = 20;

/** Findings for rows that are not as they were written; many are named by their first few and a count. */
export function rowFindings(projection: string, mismatches: readonly RowMismatch[]): Finding[] {
  const findings = mismatches.map(({ table, recordId, kind }): Finding => {
    const rows = `${projection}.${table}`;
    const what =
      kind === 'changed'
        ? `${rows} holds other rows for record ${recordId} than the projection wrote`
        : `${rows} holds rows for record ${recordId}, of which the projection knows nothing`;
    return { code: 'REC-009', place: `${rows} ${recordId}`, sentence: what };
  });
  return capped(findings, NAMED, projection);
}

/** The finding for rows that no digest covers. */
export function uncoveredFindings(projection: string, uncovered: number, records: number): Finding[] {
  if (uncovered === 0) return [];
  const count = `${String(uncovered)} of ${String(records)} records of ${projection}`;
  const sentence = `${count} have no digest, so that nobody can tell whether their rows are as they were written`;
  return [{ code: 'REC-010', place: `${projection}.record`, sentence }];
}

/** Findings for topics whose counts do not add up. */
export function countFindings(projection: string, mismatches: readonly CountMismatch[]): Finding[] {
  return mismatches.map(({ topic, applied, duplicates, parked, passed, recorded }): Finding => {
    const counted = `the checkpoints of ${projection} count ${String(applied)} events of ${topic} as applied`;
    const sentence =
      applied === recorded
        ? `${counted}, ${String(duplicates)} as repeated and ${String(parked)} as parked, more than the ${String(passed)} offsets that they have passed`
        : `${counted}, its records have come to ${String(recorded)}: rows of whole records are missing, added or old`;
    return { code: 'REC-011', place: `${projection}.record ${topic}`, sentence };
  });
}
