/** What a reason code says to a reader. Never anything about the person concerned (docs/reference/codes.md). */
export interface CodeEntry {
  /** One sentence on what was found. */
  readonly sentence: string;
  /** The requirement, the rule of the operating model, or the law behind it. */
  readonly rule: string;
  /** What would have to change. */
  readonly remedy: string;
}

/** Every reason code of entry, safeguarding and groups, with its sentence, rule and remedy. Codes are stable. */
export const CODES = {
  'ACC-002': {
    sentence: 'The list is another borough’s.',
    rule: 'R-85, need to know',
    remedy: 'Ask the borough that holds the list, or the central team.',
  },
  'ACC-003': {
    sentence: 'The list is not one that this role sees.',
    rule: 'R-07, two lists with readers of their own',
    remedy: 'Ask the people of that list; they decide what you need to know.',
  },
  'AGE-001': {
    sentence: 'A child under 10 can never be entered in a harm role.',
    rule: 'R-20, age rules; the age of criminal responsibility',
    remedy: 'Consider a safeguarding referral; nothing about the child is kept here.',
  },
  'AGE-002': {
    sentence:
      'A person under 18 needs a named child authority, and under 13 central superintendent authority.',
    rule: 'R-20, age rules',
    remedy: 'Name the officer with child authority; for ages 10 to 12 ask the central team.',
  },
  'AUT-001': {
    sentence: 'The approver is the person who made the proposal.',
    rule: 'R-16, four eyes',
    remedy: 'Ask another supervisor to review the proposal and attest.',
  },
  'AUT-004': {
    sentence: 'A service identity may not decide that a person is entered.',
    rule: 'R-23; DPA 2018 s.49',
    remedy: 'A human supervisor must decide.',
  },
  'ERA-001': {
    sentence: 'The log does not say that the record is fenced.',
    rule: 'R-61, fence before erasure',
    remedy: 'Append the request and the fence as the retention worker, then ask again.',
  },
  'ERA-002': {
    sentence:
      'The history of the record cannot be proved: an event is missing, altered, or signed by somebody else.',
    rule: 'R-63, nothing is destroyed on an unproved word',
    remedy: 'Verify the log, and recover the store if it lacks events.',
  },
  'ERA-003': {
    sentence: 'The waiting time since the recorded removal or rejection is not over.',
    rule: 'R-61; DPA 2018 s.39(2)',
    remedy: 'Wait: the time runs from when the log had the removal.',
  },
  'ERA-004': {
    sentence: 'A restriction of processing stands.',
    rule: 'R-67; DPA 2018 s.47(2)',
    remedy: 'Review the restriction; the erasure goes on when it is lifted.',
  },
  'ERA-005': {
    sentence: 'The erasure was cancelled.',
    rule: 'R-61, cancelled by two people',
    remedy: 'There is none: a further erasure needs a request and a fence of its own.',
  },
  'ERA-006': {
    sentence: 'Somebody may still hold the key in memory.',
    rule: 'R-61, leases end before the key does',
    remedy: 'Ask again: holders drop the key when they see the fence, and every lease ends within a minute.',
  },
  'ERA-007': {
    sentence: 'The key is destroyed, which nobody can undo.',
    rule: 'R-61, erasure is final',
    remedy: 'There is none.',
  },
  'ERA-008': {
    sentence: 'The record is on its list: it was neither removed nor rejected.',
    rule: 'R-61; lifecycle transitions',
    remedy: 'Decide the removal first.',
  },
  'ERA-009': {
    sentence: 'The log holds no cancellation of the erasure.',
    rule: 'R-61, cancelled by two people',
    remedy: 'Append the cancellation with the names of two people, then ask again.',
  },
  'ERA-010': {
    sentence: 'The vault has no key under this id.',
    rule: 'R-61',
    remedy: 'Check the record id.',
  },
  'EVD-001': {
    sentence: 'The evidence does not meet the sufficiency rule; the missing parts are named.',
    rule: 'R-11, sufficiency',
    remedy: 'Supply what is named as missing, or do not list the person.',
  },
  'EVD-002': {
    sentence: 'Social media never counts towards the evidence.',
    rule: 'R-12, sufficiency condition 7',
    remedy: 'Find corroboration that stands without the posts.',
  },
  'EVD-003': {
    sentence: 'Items trace back to one original source and count once.',
    rule: 'R-13, sufficiency condition 1',
    remedy: 'Supply an item with another root origin.',
  },
  'EVD-004': {
    sentence: 'The grading is too weak to count or to carry the set.',
    rule: 'R-14, sufficiency condition 3',
    remedy: 'Supply an item graded 1 or 2 and A or B, and rely on one D at most.',
  },
  'EVD-005': {
    sentence: 'No counted item concerns violence or weapons.',
    rule: 'R-11, sufficiency condition 4',
    remedy: 'Supply evidence of behaviour, not of belonging.',
  },
  'EVD-006': {
    sentence: 'Evidence of this kind never counts and is not kept.',
    rule: 'R-11, kinds that never qualify',
    remedy: 'Leave out association, clothing or music, location, negative searches and family.',
  },
  'EVD-007': {
    sentence: 'Victimisation and safeguarding referrals never support a harm role.',
    rule: 'R-03; DPA 2018 s.38(3)',
    remedy: 'Register the person with safeguarding instead, on its own evidence.',
  },
  'EVD-008': {
    sentence: 'An item was verified by nobody or by its own submitter.',
    rule: 'R-11, sufficiency condition 6',
    remedy: 'Have another person verify the item.',
  },
  'EVD-009': {
    sentence: 'An item is not attested as lawfully obtained.',
    rule: 'R-22; DPA 2018 s.35',
    remedy: 'Leave the item out, or attest how it was lawfully obtained.',
  },
  'EVD-010': {
    sentence: 'An item is called a fact although its kind is an assessment.',
    rule: 'R-15; DPA 2018 s.38(2)',
    remedy: 'State the basis that the operating model gives for the kind.',
  },
  'PUR-001': {
    sentence: 'The purpose is none of this system.',
    rule: 'R-81; DPA 2018 s.36',
    remedy: 'State one of the purposes of the documentation.',
  },
  'PUR-002': {
    sentence: 'Nothing is shown for this purpose.',
    rule: 'DPA 2018 s.36(4)',
    remedy: 'There is none: this list is not for that.',
  },
  'PUR-003': {
    sentence: 'The role does not look for this purpose.',
    rule: 'R-81, need to know',
    remedy: 'State the purpose that you look for, or ask somebody whose task it is.',
  },
  'PUR-004': {
    sentence: 'The log of looks is not used for this.',
    rule: 'R-82; DPA 2018 s.62(4)',
    remedy:
      'The log serves lawfulness, self-monitoring, discipline, integrity, criminal proceedings and the Commissioner.',
  },
  'ROLE-001': {
    sentence: 'The role is missing or is not one of the roles of this list.',
    rule: 'R-01; DPA 2018 s.38(3)',
    remedy: 'State a listed role; a person without one is not entered.',
  },
  'ROLE-003': {
    sentence: 'Witnesses and informants are not entered.',
    rule: 'R-05; DPA 2018 s.38(3)(d)',
    remedy: 'Do not enter the person.',
  },
  'ROLE-004': {
    sentence: 'Association with somebody is no ground for an entry.',
    rule: 'R-05; DPA 2018 s.38(3)',
    remedy: 'Do not enter the person unless their own conduct is evidenced.',
  },
  'SCH-002': {
    sentence: 'A field is not part of the schema.',
    rule: 'R-19; DPA 2018 s.37',
    remedy: 'Remove the field.',
  },
  'SCH-003': {
    sentence:
      'A value cannot be read, is no calendar date, lies after the decision date or is not in its list.',
    rule: 'R-19, readable values',
    remedy: 'Correct the value and submit again.',
  },
  'SCH-004': {
    sentence: 'The place is not one of the 32 boroughs of this model.',
    rule: 'R-10, the 32 boroughs',
    remedy: 'Use the GSS code E09000002 to E09000033 of the borough.',
  },
  'SCH-005': {
    sentence: 'An earlier row has the same reference and other content.',
    rule: 'R-19, one reference one row',
    remedy: 'Decide which of the two rows is right and correct the file.',
  },
  'SCO-001': {
    sentence: 'A score of zero cannot be entered.',
    rule: 'R-17, score and band',
    remedy: 'Do not list the person: nothing recent and scored stands behind the proposal.',
  },
  'STM-001': {
    sentence: 'The record is not in a state in which this can be done.',
    rule: 'Lifecycle transitions',
    remedy: 'Read the record again; an erased or rejected record is never revived.',
  },
  'GOV-004': {
    sentence: 'The operating model lacks a retention period or clock.',
    rule: 'R-33; DPA 2018 s.39(2)',
    remedy: 'State every period for adults and for people under 18.',
  },
} as const satisfies Record<string, CodeEntry>;

/** A reason code, e.g. `EVD-003`. */
export type Code = keyof typeof CODES;

/** Whether the text is a reason code of this catalogue. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}

/** The codes without repetition, in the one order used everywhere: alphabetical. */
export function sortedCodes(codes: Iterable<Code>): readonly Code[] {
  return [...new Set(codes)].sort();
}
