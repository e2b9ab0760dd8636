import { createHmac } from 'node:crypto';

/** What is recognised again by a keyed hash: a row by its reference or its content, a group by its name. */
type IndexDomain = 'row' | 'content' | 'group';

/**
 * HMAC-SHA-256 of a text of a borough under the borough's index key, 32 bytes: comparable, but telling nothing to whoever
 * lacks the key.
 */
export function indexMac(indexKey: Uint8Array, domain: IndexDomain, borough: string, text: string): Buffer {
  return createHmac('sha256', indexKey).update(`${domain}\0${borough}\0${text}`).digest();
}
