import type { JsonValue } from '@probity/events';
import { MATRIX_TYPES } from '../src/projections/matrix/matrix.fold.js';
import { REGISTERED } from '../src/projections/safeguarding/safeguarding.fold.js';
import type { WrittenEvent } from './borough-writer.js';

type Payload = { [member: string]: JsonValue };

const decision: Payload = {
  role: 'SUSPECTED_OFFENDER',
  band: 'AMBER',
  score: 12,
  scoreLines: [],
  countedEvidence: [],
  ageClass: 'ADULT',
  nextAgeBoundary: null,
  group: null,
  childAuthority: null,
  inCustody: false,
  reviewDue: '2027-02-01T00:00:00.000Z',
  criteriaHoldUntil: null,
};

/** A proposal, version 1 unless said otherwise. */
export function proposed(recordId: string, members: Payload = {}): WrittenEvent {
  const payload = { role: 'SUSPECTED_OFFENDER', group: null, inCustody: false, ...members };
  return { type: MATRIX_TYPES.proposed, version: 1, recordId, case: payload };
}

/** An entry on a file's word, version 2. */
export function legacyAsserted(recordId: string, members: Payload = {}): WrittenEvent {
  const payload = {
    ...decision,
    assertedApprovedBy: 'STAFF-007',
    attestBy: '2026-11-29T09:00:00.000Z',
    ...members,
  };
  return { type: MATRIX_TYPES.legacyAsserted, version: 2, recordId, case: payload };
}

/** An approved entry, version 2. */
export function approved(recordId: string, members: Payload = {}): WrittenEvent {
  const payload = { ...decision, approvedBy: 'STAFF-002', notification: { decision: 'NOTIFY' }, ...members };
  return { type: MATRIX_TYPES.approved, version: 2, recordId, case: payload };
}

/** A refused proposal, version 2. */
export function rejected(recordId: string): WrittenEvent {
  return {
    type: MATRIX_TYPES.rejected,
    version: 2,
    recordId,
    case: { reasonCode: 'NOT_ENOUGH', rejectedBy: 'STAFF-002' },
  };
}

/** A victim's registration, version 1. */
export function registered(recordId: string, members: Payload = {}): WrittenEvent {
  const { inCustody, reviewDue, criteriaHoldUntil, ageClass } = decision;
  const payload = { role: 'VICTIM', vulnerability: { degree: 'HIGH', basis: 'ASSESSED' }, ageClass, inCustody, reviewDue, criteriaHoldUntil, ...members }; // prettier-ignore
  return { type: REGISTERED, version: 1, recordId, case: payload as Payload };
}
