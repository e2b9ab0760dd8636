import type { Brand } from './brand.js';

/** Random UUID of one person on one borough's list in one role family. Never derived from an identity. */
export type RecordId = Brand<string, 'RecordId'>;

/** Random UUID of a designated group. */
export type GroupId = Brand<string, 'GroupId'>;

/** Hash of the operating-model text that a decision was made under; it is on every event. */
export type PolicyVersion = Brand<string, 'PolicyVersion'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The text as a record id, or null when it is not a lower-case UUID. */
export function parseRecordId(text: string): RecordId | null {
  return UUID.test(text) ? (text as RecordId) : null;
}

/** The text as a group id, or null when it is not a lower-case UUID. */
export function parseGroupId(text: string): GroupId | null {
  return UUID.test(text) ? (text as GroupId) : null;
}
