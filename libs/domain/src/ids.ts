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

/** Crockford's digits: no I, L, O or U, which are misread or misheard (https://www.crockford.com/base32.html). */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const FOUR_DIGITS = [15, 10, 5, 0];

/**
 * What people call a record by, at a desk or on the telephone: eight digits of its random id, such as `7K3M-9QXA`. It is no key:
 * among 2,500 records two share one in about one list of 350,000, so that programs go by the id.
 */
export function shortReference(recordId: string): string {
  return `${fourDigits(recordId.slice(0, 5))}-${fourDigits(recordId.slice(5, 8) + recordId.slice(9, 11))}`;
}

/** 20 bits, written in hexadecimal. */
function fourDigits(hex: string): string {
  const bits = Number.parseInt(hex, 16);
  return FOUR_DIGITS.map((shift) => DIGITS.charAt((bits >> shift) & 31)).join('');
}
