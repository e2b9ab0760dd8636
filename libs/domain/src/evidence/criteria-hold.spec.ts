import { describe, expect, it } from '@jest/globals';
import { conviction, currentGroup, date, nexus, today, weapon } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import type { EvidenceItem } from './item.js';
import { criteriaHoldUntil } from './criteria-hold.js';

const holds = (...items: EvidenceItem[]) => criteriaHoldUntil(items, currentGroup, today, model);

describe('How long the criteria hold', () => {
  it('[R-32] until London midnight of the day on which the first needed item expires', () => {
    expect(holds(weapon(), nexus({ eventDate: date('2026-01-15') }))).toBe('2027-01-15T00:00:00.000Z');
    expect(holds(weapon(), nexus({ eventDate: date('2026-07-15') }))).toBe('2027-07-14T23:00:00.000Z');
  });

  it('[R-32] past the expiry of an item that others replace', () => {
    const soon = nexus({ eventDate: date('2025-12-01') });
    const later = nexus({ eventDate: date('2026-02-01') });
    expect(holds(weapon(), soon, later)).toBe('2027-02-01T00:00:00.000Z');
  });

  it('[R-100] no longer than the audit of the group', () => {
    const group = { ...currentGroup, lastAudit: date('2023-12-01') };
    expect(criteriaHoldUntil([weapon(), nexus()], group, today, model)).toBe('2026-12-01T00:00:00.000Z');
  });

  it('[R-32] an item on 29 February expires on the last day of February', () => {
    const leap = weapon({ eventDate: date('2024-02-29') });
    expect(
      criteriaHoldUntil(
        [leap, nexus({ eventDate: date('2025-09-01') })],
        currentGroup,
        date('2026-02-27'),
        model,
      ),
    ).toBe('2026-02-28T00:00:00.000Z');
  });

  it('[R-32] is not a question for evidence that does not suffice', () => {
    expect(holds(weapon(), conviction())).toBeNull();
  });
});
