import { createHash } from 'node:crypto';
import type { Envelope, SealedGroup, StoredEvent } from '@probity/events';
import { commitmentOf, deriveSubkey } from '@probity/sealing';
import { binaryValues } from './binary-values.js';
import type { Loot } from './loot.js';

/** A sealed group of an event of the loot. */
export interface Sealed {
  event: StoredEvent;
  group: SealedGroup;
  envelope: Envelope;
}

/** Every sealed group of the loot. */
export function sealedGroups({ events }: Loot): Sealed[] {
  return events.flatMap((event) =>
    Object.entries(event.sealed).flatMap(([group, envelope]) =>
      envelope ? [{ event, group: group as SealedGroup, envelope }] : [],
    ),
  );
}

/** Whatever a thief would try as a key: each value of 32 bytes that was found anywhere, and each secret by its digest. */
export function candidateKeys(loot: Loot, known: readonly Buffer[] = []): Buffer[] {
  const values = [...binaryValues(loot.pieces).keys()].map((text) => Buffer.from(text, 'latin1'));
  const digests = loot.secrets.flatMap(({ bytes }) => [bytes, Buffer.from(bytes.toString('utf8').trim())]);
  const ids = loot.events.flatMap(({ header }) => [header.subject, header.key, header.id]);
  return [
    ...values.filter((value) => value.length === 32),
    ...[...digests, ...ids, ''].map((secret) => createHash('sha256').update(secret).digest()),
    Buffer.alloc(32),
    ...known,
  ];
}

/**
 * What opens with one of those keys, each tried as a data key and as a subkey of every group. An envelope names the key that it
 * is committed to, so that every key is tried on every envelope at the price of one look each.
 */
export function breakIn(sealed: readonly Sealed[], keys: readonly Buffer[]): Sealed[] {
  const commitments = new Set<string>();
  for (const key of keys) {
    const subkeys = (['case', 'identity', 'equality'] as const).map((group) => deriveSubkey(key, group));
    for (const subkey of [key, ...subkeys]) commitments.add(commitmentOf(subkey).toString('base64url'));
  }
  return sealed.filter(({ envelope }) => commitments.has(envelope.kc));
}
