import { generateKeyPairSync } from 'node:crypto';
import { BatchSigner, WriterRegistry, buildEvent, encodeHeaders, encodeValue } from '@probity/events';
import type { JsonValue, SealedGroups, Skeleton } from '@probity/events';
import type { OpenCase } from '../src/case-unsealing.js';
import type { LogBatch, LogEntry } from '../src/event-reader.js';

/** What a test says of one event. */
export interface TestEvent {
  recordId: string;
  version: number;
  type?: string;
  points?: JsonValue;
}

/** Type that the tests' projection handles. */
export const COUNTED = 'probity.matrix.counted.v1';
/** Type that it ignores. */
export const NOTED = 'probity.matrix.noted.v1';

/** Stands where the vault's sealing stands: the runner only passes envelopes through. */
export const openPlain: OpenCase = (_key, _event, _recordId, envelope) =>
  Buffer.from(envelope.ct, 'base64url');

/** A UUID for each small number. */
export function recordId(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

/** Partitions of a log, written by one signer that may write them all. */
export class SignedLog {
  readonly #signer: BatchSigner;
  readonly writers: WriterRegistry;
  readonly #ends = new Map<string, bigint>();
  #serial = 0;

  constructor(topics: readonly string[]) {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    this.#signer = new BatchSigner('test', privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(12);
    this.writers = new WriterRegistry({
      [this.#signer.keyId]: { writer: 'test', publicKey: raw.toString('base64'), topics },
    });
  }

  /** Appends events as one signed batch and gives them as a reader gets them. */
  append(topic: string, events: readonly TestEvent[]): LogBatch {
    if (events.length === 0) return { topic, partition: 0, records: [] };
    const built = events.map((event) => this.#build(topic, event));
    const { proofs } = this.#signer.sign(
      topic,
      built.map(({ unsigned }) => unsigned.eventHash),
    );
    const first = this.#ends.get(topic) ?? 0n;
    this.#ends.set(topic, first + BigInt(events.length));
    const records = built.map(({ unsigned, skeleton, sealed }, index): LogEntry => {
      const proof = proofs[index];
      if (!proof) throw new Error('each event has a proof');
      return {
        key: unsigned.header.key,
        headers: encodeHeaders(unsigned.header, proof),
        value: encodeValue(skeleton, sealed),
        offset: first + BigInt(index),
      };
    });
    return { topic, partition: 0, records };
  }

  #build(topic: string, event: TestEvent) {
    this.#serial += 1;
    const skeleton: Skeleton = { borough: topic.slice(-9) };
    const ct = Buffer.from(JSON.stringify({ points: event.points ?? 1 })).toString('base64url');
    const sealed: SealedGroups = { case: { v: 1, kv: 1, iv: 'A'.repeat(16), kc: 'A'.repeat(43), ct } };
    const id = `00000000-0000-7000-8000-${String(this.#serial).padStart(12, '0')}`;
    const time = new Date(Date.UTC(2026, 10, 1, 9, 0, 0, this.#serial)).toISOString();
    const unsigned = buildEvent(
      {
        id,
        source: `/boroughs/${topic.slice(-9)}`,
        type: event.type ?? COUNTED,
        subject: `records/${event.recordId}`,
        time,
        topic,
        key: event.recordId,
        streamversion: event.version,
        occurredat: time,
        policyversion: 'test',
        actor: 'STAFF-001',
        actorkind: 'human',
        purpose: 'TEST',
        correlationid: id,
      },
      skeleton,
      sealed,
    );
    return { unsigned, skeleton, sealed };
  }
}
