/** What reconciliation can find, and what a person does about it. Sentences never hold anything about a person. */
export const ALARM_CODES = {
  'REC-001': {
    meaning: 'A topic holds a record that no writer of the topic signed, or that is no event.',
    remedy: 'Change the broker password of that writer; readers refuse the record already.',
  },
  'REC-002': {
    meaning: 'A topic holds a validly signed event that the event store does not know.',
    remedy: 'Run probity recover, which takes it back from the topic.',
  },
  'REC-003': {
    meaning: 'Event store and topic hold different bytes for one event.',
    remedy: 'Find out which of the two was changed: the writer’s signature covers the true one.',
  },
  'REC-004': {
    meaning: 'An event that stood in the event store is gone from it.',
    remedy: 'Run probity recover, which takes it back from the topic.',
  },
  'REC-005': {
    meaning: 'An event was changed in the event store after it had been verified.',
    remedy: 'Restore it from a backup, or from its topic, which holds the true bytes.',
  },
  'REC-006': {
    meaning: 'Records were removed from a topic.',
    remedy: 'Run probity recover, which publishes what is missing again.',
  },
  'REC-007': {
    meaning: 'A topic is gone, or ends before what had been verified in it.',
    remedy: 'Run probity recover, which publishes what is missing again.',
  },
  'REC-008': {
    meaning: 'An event of the event store is in no topic and does not wait to be published.',
    remedy: 'Run probity recover, which publishes it.',
  },
  'REC-009': {
    meaning: 'A read model holds other rows for a record than the projection wrote.',
    remedy: 'Run probity projection rebuild, and find out who can write to that database.',
  },
  'REC-010': {
    meaning: 'Rows of a read model cannot be checked: they were written before rows were digested.',
    remedy: 'Run probity projection rebuild, after which every row is covered.',
  },
  'REC-011': {
    meaning: 'The counts of a read model do not add up with its rows or with the offsets that it has passed.',
    remedy: 'Run probity projection rebuild.',
  },
  'REC-012': {
    meaning: 'A read model has stood still although its topic goes on.',
    remedy: 'See probity status and the log of the projector.',
  },
} as const satisfies Record<string, { readonly meaning: string; readonly remedy: string }>;

/** Code of an alarm. */
export type AlarmCode = keyof typeof ALARM_CODES;
