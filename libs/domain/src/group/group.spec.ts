import { describe, expect, it } from '@jest/globals';
import { borough, currentGroup, date, decidedAt, today } from '../spec-support/builders.js';
import { isGroupCurrent } from '../evidence/group-facts.js';
import { model } from '../spec-support/model.js';
import { isRefusal } from '../refusal.js';
import { scenarios } from '../spec-support/scenario.js';
import { decideGroup } from './decide.js';
import type { AuditGroup, DesignateGroup, GroupCommands } from './decide.js';
import type { GroupEvent } from './events.js';
import { evolveGroup, groupFactsOf, initialGroup } from './state.js';
import type { GroupState } from './state.js';

const given = scenarios<GroupState, GroupCommands, GroupEvent>({
  initial: initialGroup,
  evolve: evolveGroup,
  decide: decideGroup,
});
const common = { groupId: currentGroup.groupId, borough: borough('E09000012'), decidedAt };
const designation = (overrides: Partial<DesignateGroup> = {}): DesignateGroup => ({
  ...common,
  type: 'DesignateGroup',
  name: 'Amber Larch',
  designatedOn: date('2024-05-01'),
  qualifyingMembers: 5,
  designatedBy: 'STAFF-201',
  ...overrides,
});
const audit = (overrides: Partial<AuditGroup> = {}): AuditGroup => ({
  ...common,
  type: 'AuditGroup',
  auditedOn: date('2025-05-01'),
  qualifyingMembers: 4,
  auditedBy: 'STAFF-202',
  ...overrides,
});
const factsAfter = (...commands: GroupCommands[]) => {
  let state = initialGroup;
  for (const command of commands) {
    const decision = decideGroup(command, state);
    if (!isRefusal(decision)) state = decision.events.reduce(evolveGroup, state);
  }
  return groupFactsOf(state, currentGroup.groupId, commands.length);
};

describe('A group', () => {
  it('[R-100] is designated once, and audited only when designated', () => {
    given().when(designation()).then('GroupDesignated');
    given(designation()).when(designation()).thenRefuses('STM-001');
    given().when(audit()).thenRefuses('STM-001');
    given(designation()).when(audit()).then('GroupAudited');
  });

  it('[R-100] is current from its audit on, not from its designation', () => {
    expect(isGroupCurrent(factsAfter(designation()), today, model)).toBe(false);
    expect(isGroupCurrent(factsAfter(designation(), audit()), today, model)).toBe(true);
    expect(factsAfter(audit())).toBeNull();
  });

  it('[R-100] has the members that the last audit found', () => {
    expect(factsAfter(designation(), audit({ qualifyingMembers: 2 }))).toEqual({
      groupId: currentGroup.groupId,
      version: 2,
      designatedOn: '2024-05-01',
      lastAudit: '2025-05-01',
      qualifyingMembers: 2,
    });
  });

  it('[R-100] may be designated while small; it is not current then', () => {
    const small = [designation({ qualifyingMembers: 2 }), audit({ qualifyingMembers: 2 })];
    expect(isGroupCurrent(factsAfter(...small), today, model)).toBe(false);
  });

  it('[R-100] is not taken back by an older audit', () => {
    given(designation(), audit())
      .when(audit({ auditedOn: date('2025-04-30') }))
      .thenRefuses('STM-001');
    given(designation(), audit())
      .when(audit({ auditedOn: date('2025-05-01') }))
      .then('GroupAudited');
  });

  it('[R-19] is not designated or audited in the future, without a name or with an impossible number', () => {
    given()
      .when(designation({ designatedOn: date('2026-11-02') }))
      .thenRefuses('SCH-003');
    given(designation())
      .when(audit({ auditedOn: date('2026-11-02') }))
      .thenRefuses('SCH-003');
    given()
      .when(designation({ name: ' ' }))
      .thenRefuses('SCH-003');
    given()
      .when(designation({ qualifyingMembers: -1 }))
      .thenRefuses('SCH-003');
    given()
      .when(designation({ qualifyingMembers: 2.5 }))
      .thenRefuses('SCH-003');
  });
});
