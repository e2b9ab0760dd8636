import { describe, expect, it } from '@jest/globals';
import { currentGroup, date, today } from '../spec-support/builders.js';
import { model } from '../spec-support/model.js';
import { isGroupCurrent } from './group-facts.js';

describe('Current groups', () => {
  it('[R-100] an audit holds for 36 months less a day and not on the anniversary', () => {
    expect(isGroupCurrent({ ...currentGroup, lastAudit: date('2023-11-02') }, today, model)).toBe(true);
    expect(isGroupCurrent({ ...currentGroup, lastAudit: date('2023-11-01') }, today, model)).toBe(false);
  });

  it('[R-100] designation does not stand in for an audit', () => {
    expect(isGroupCurrent({ ...currentGroup, designatedOn: today, lastAudit: null }, today, model)).toBe(
      false,
    );
    const lapsed = { ...currentGroup, designatedOn: today, lastAudit: date('2023-11-01') };
    expect(isGroupCurrent(lapsed, today, model)).toBe(false);
  });

  it('[R-11] a group needs three qualifying members', () => {
    expect(isGroupCurrent({ ...currentGroup, qualifyingMembers: 3 }, today, model)).toBe(true);
    expect(isGroupCurrent({ ...currentGroup, qualifyingMembers: 2 }, today, model)).toBe(false);
  });

  it('[R-11] a group that was never designated is not current', () => {
    expect(isGroupCurrent(null, today, model)).toBe(false);
  });
});
