import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  BatchSigner,
  buildEvent,
  canonicalBytes,
  definitionOf,
  encodeHeaders,
  encodeValue,
} from '@probity/events';
import type { JsonValue, SealedGroups, Skeleton } from '@probity/events';
import { KafkaLog } from '@probity/messaging';
import { deriveSubkey, seal, sealContextOf } from '@probity/sealing';
import type { CaseLeases } from '@probity/projection';
import type { Harness } from '@probity/testing';

/** Keys of the records that a test makes, lent as the vault lends them. */
export class TestKeys implements CaseLeases {
  readonly #deks = new Map<string, Buffer>();

  dekOf(recordId: string): Buffer {
    const dek = this.#deks.get(recordId) ?? randomBytes(32);
    this.#deks.set(recordId, dek);
    return dek;
  }

  leaseCase(recordIds: readonly string[]): Promise<Map<string, { dekVersion: number; subkey: Buffer }>> {
    const known = recordIds.flatMap((id) => {
      const dek = this.#deks.get(id);
      return dek ? [[id, { dekVersion: 1, subkey: deriveSubkey(dek, 'case') }] as const] : [];
    });
    return Promise.resolve(new Map(known));
  }
}

/** What a test says of one event; the rest follows. */
export interface WrittenEvent {
  type: string;
  version: number;
  recordId?: string;
  case?: { [member: string]: JsonValue };
  skeleton?: Skeleton;
  occurredAt?: string;
}

const AT = '2026-11-01T09:00:00.000Z';

/** A borough that seals, signs and publishes to the real broker, with its own key and principal. */
export class BoroughWriter {
  readonly #log: KafkaLog;
  readonly #signer: BatchSigner;

  constructor(
    private readonly harness: Harness,
    readonly code: string,
    private readonly keys: TestKeys,
    signWith = code,
  ) {
    this.#log = new KafkaLog({
      connection: harness.config.kafka(`ingest-${code}`),
      clientId: 'borough-writer',
    });
    this.#signer = new BatchSigner(
      code,
      readFileSync(harness.home.path('keys', 'writers', `${signWith}.key.pem`), 'utf8'),
    );
  }

  /** Publishes events of one family as one signed batch and returns the offset of the first. */
  async publish(family: 'matrix' | 'safeguarding', events: readonly WrittenEvent[]): Promise<bigint> {
    const topic = `${family}.${this.code}`;
    const built = events.map((event) => this.#build(topic, event));
    const { proofs } = this.#signer.sign(
      topic,
      built.map((item) => item.unsigned.eventHash),
    );
    const records = built.map(({ unsigned, skeleton, sealed }, index) => {
      const proof = proofs[index];
      if (!proof) throw new Error('each event has a proof');
      return {
        key: unsigned.header.key,
        headers: encodeHeaders(unsigned.header, proof),
        value: encodeValue(skeleton, sealed),
        timestamp: String(Date.parse(AT)),
      };
    });
    return (await this.#log.send(`${this.harness.topicPrefix}${topic}`, 0, records)).baseOffset;
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  #build(topic: string, event: WrittenEvent) {
    const key = event.recordId ?? randomUUID();
    const header = {
      id: randomUUID(),
      source: `/boroughs/${this.code}`,
      type: event.type,
      subject: `records/${key}`,
    };
    const skeleton = event.skeleton ?? { borough: this.code };
    let sealed: SealedGroups = {};
    if (event.case) {
      const subkey = deriveSubkey(this.keys.dekOf(key), 'case');
      const { schemaVersion } = definitionOf(event.type);
      const context = sealContextOf(header, { recordId: key, dekVersion: 1 }, schemaVersion);
      sealed = { case: seal(subkey, 'case', context, canonicalBytes(event.case)) };
    }
    const unsigned = buildEvent(
      {
        ...header,
        topic,
        key,
        time: AT,
        occurredat: event.occurredAt ?? AT,
        streamversion: event.version,
        policyversion: 'test',
        actor: 'STAFF-001',
        actorkind: 'human',
        purpose: 'TEST',
        correlationid: randomUUID(),
      },
      skeleton,
      sealed,
    );
    return { unsigned, skeleton, sealed };
  }
}
