import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { EventFacts, UnsignedEvent } from './build.js';
import { buildEvent } from './build.js';
import { encodeHeaders, encodeValue, verifyEvent } from './codec.js';
import { decodeRecord } from './decode-record.js';
import type { StoredEvent } from './event.js';
import { EventFormatError } from './event.js';
import { BatchSigner, SignatureError, WriterRegistry } from './writer.js';

const ENVELOPE = { v: 1, kv: 1, iv: 'AAAAAAAAAAAAAAAA', kc: 'A'.repeat(43), ct: 'B'.repeat(363) } as const;

function facts(place: number, topic = 'matrix.E09000012'): EventFacts {
  return {
    id: `01930000-0000-7000-8000-00000000000${String(place)}`,
    source: '/boroughs/E09000012',
    type: 'probity.matrix.entry-rejected.v1',
    subject: `records/00000000-0000-4000-8000-00000000000${String(place)}`,
    time: '2026-11-01T09:00:00.000Z',
    topic,
    key: `00000000-0000-4000-8000-00000000000${String(place)}`,
    streamversion: 2,
    occurredat: '2026-11-01T09:00:00.000Z',
    policyversion: 'a'.repeat(64),
    actor: 'supervisor-E09000012',
    actorkind: 'human',
    purpose: 'REVIEW',
    correlationid: 'c',
  };
}

const SKELETON = { borough: 'E09000012', reasonFamily: 'criteria' };

function signer(writer: string): { signer: BatchSigner; registry: WriterRegistry } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const made = new BatchSigner(writer, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
  const registry = new WriterRegistry({
    [made.keyId]: { writer, publicKey: raw, topics: [`matrix.${writer}`] },
  });
  return { signer: made, registry };
}

function published(events: readonly UnsignedEvent[], by: BatchSigner): StoredEvent[] {
  const topic = (events[0] as UnsignedEvent).header.topic;
  const { proofs } = by.sign(
    topic,
    events.map((event) => event.eventHash),
  );
  return events.map((event, at) =>
    decodeRecord({
      topic,
      key: event.header.key,
      headers: encodeHeaders(event.header, proofs[at] as StoredEvent['writer']),
      value: encodeValue(SKELETON, { case: ENVELOPE }),
    }),
  );
}

describe('an event on its way through a topic', () => {
  const { signer: hackney, registry } = signer('E09000012');
  const events = [1, 2, 3].map((place) => buildEvent(facts(place), SKELETON, { case: ENVELOPE }));

  it('arrives with the same header, parts and identity', () => {
    const arrived = published(events, hackney);
    expect(arrived.map((event) => event.header)).toEqual(events.map((event) => event.header));
    expect(arrived.map((event) => event.eventHash)).toEqual(events.map((event) => event.eventHash));
    for (const event of arrived) {
      verifyEvent(event);
      registry.verify(event);
    }
  });

  it('[R-63] is refused when its skeleton or a sealed group was changed', () => {
    const [event] = published(events, hackney) as [StoredEvent];
    expect(() => {
      verifyEvent({ ...event, skeleton: { ...SKELETON, borough: 'E09000013' } });
    }).toThrow(EventFormatError);
    expect(() => {
      verifyEvent({ ...event, sealed: { case: { ...ENVELOPE, kv: 2 } } });
    }).toThrow('sealed group case');
    expect(() => {
      verifyEvent({ ...event, sealed: { ...event.sealed, identity: ENVELOPE } });
    }).toThrow('identity');
  });

  it('[R-63] stays authentic when its ciphertext has been deleted after erasure', () => {
    const [event] = published(events, hackney) as [StoredEvent];
    verifyEvent({ ...event, sealed: {} });
    registry.verify({ ...event, sealed: {} });
  });

  it('[R-88] is refused from an unknown key, from another borough, and with a changed header', () => {
    const [event] = published(events, hackney) as [StoredEvent];
    const stranger = signer('E09000012');
    expect(() => {
      stranger.registry.verify(event);
    }).toThrow(SignatureError);
    const foreign = [buildEvent(facts(4, 'matrix.E09000013'), SKELETON, { case: ENVELOPE })];
    expect(() => {
      registry.verify(published(foreign, hackney)[0] as StoredEvent);
    }).toThrow('may not write');
    const forged = { ...event, eventHash: Buffer.alloc(32) };
    expect(() => {
      registry.verify(forged);
    }).toThrow('does not cover');
  });

  it('[R-88] is refused when it claims the place of another event of its batch', () => {
    const [first, second] = published(events, hackney) as [StoredEvent, StoredEvent];
    expect(() => {
      registry.verify({ ...first, writer: second.writer });
    }).toThrow(SignatureError);
  });

  it('names what is missing or malformed, and never a value', () => {
    const [event] = events as [UnsignedEvent];
    const { proofs } = hackney.sign('matrix.E09000012', [event.eventHash]);
    const headers = encodeHeaders(event.header, proofs[0] as StoredEvent['writer']);
    const record = {
      topic: 'matrix.E09000012',
      key: event.header.key,
      headers,
      value: encodeValue(SKELETON, {}),
    };
    const { ce_type: _type, ...untyped } = headers;
    expect(() => decodeRecord({ ...record, headers: untyped })).toThrow('no header ce_type');
    expect(() => decodeRecord({ ...record, topic: 'safeguarding.E09000012' })).toThrow('another topic');
    expect(() => decodeRecord({ ...record, value: Buffer.from('SYN-SECRET') })).toThrow(
      /^the value is not the canonical JSON/,
    );
    expect(() =>
      decodeRecord({ ...record, value: Buffer.from('{"skeleton":{},"sealed":{"other":1}}') }),
    ).toThrow(/^the value is not the canonical JSON/);
    expect(() => decodeRecord({ ...record, headers: { ...headers, ce_streamversion: '0' } })).toThrow(
      'counts from 1',
    );
  });
});
