import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { OutboxRelay, append, eventStoreMigrations, migrateSchema } from '@probity/event-store';
import { BatchSigner, buildEvent, encodeHeaders, encodeValue } from '@probity/events';
import type { SealedGroups, UnsignedEvent } from '@probity/events';
import { KafkaLog, onPrefixedTopics } from '@probity/messaging';
import type { LogRecord } from '@probity/messaging';
import type { Harness } from '@probity/testing';
import type pg from 'pg';

const AT = '2026-11-01T09:00:00.000Z';

/** Migrates the schema `events` of a test's own database. */
export function migrateEvents(env: NodeJS.ProcessEnv): Promise<number> {
  return migrateSchema({
    url: env['MIGRATION_EVENTS_URL'] ?? '',
    authorityFile: env['MIGRATION_CA'],
    schema: 'events',
    migrations: eventStoreMigrations,
  });
}

/** An event of a borough's matrix topic with some ciphertext, and its parts as a topic carries them. */
export function matrixEvent(borough: string, id: string = randomUUID()) {
  const stream = `records/${randomUUID()}`;
  const sealed: SealedGroups = {
    case: {
      v: 1,
      kv: 1,
      iv: randomBytes(12).toString('base64url'),
      kc: randomBytes(32).toString('base64url'),
      ct: randomBytes(272).toString('base64url'),
    },
  };
  const skeleton = { borough };
  const facts = {
    id,
    source: `/boroughs/${borough}`,
    type: 'probity.matrix.entry-proposed.v1',
    subject: stream,
    time: AT,
    topic: `matrix.${borough}`,
    key: stream.slice(stream.indexOf('/') + 1),
    streamversion: 1,
    occurredat: AT,
    policyversion: 'a'.repeat(64),
    actor: `supervisor-${borough}`,
    actorkind: 'human',
    purpose: 'REVIEW',
    correlationid: randomUUID(),
  } as const;
  return { event: buildEvent(facts, skeleton, sealed), skeleton, sealed };
}

/** A borough that appends events and publishes them through the real relay. */
export class StoreFixture {
  readonly #log: KafkaLog;
  readonly #signer: BatchSigner;
  readonly #relay: OutboxRelay;

  constructor(
    private readonly harness: Harness,
    private readonly ingest: pg.Client,
    readonly borough: string,
  ) {
    const connection = harness.config.kafka(`ingest-${borough}`);
    this.#log = new KafkaLog({ connection, clientId: 'store-fixture' });
    this.#signer = new BatchSigner(
      borough,
      readFileSync(harness.home.path('keys', 'writers', `${borough}.key.pem`), 'utf8'),
    );
    const log = onPrefixedTopics(this.#log, harness.topicPrefix);
    this.#relay = new OutboxRelay({
      database: harness.config.pg('probity_ingest', 'probity_events'),
      topics: [{ topic: this.topic, partitions: 1, log }],
      sendTimeout: 200,
    });
    this.#relay.start();
  }

  get topic(): string {
    return `matrix.${this.borough}`;
  }

  /** Name of the topic on the broker. */
  get brokerTopic(): string {
    return this.harness.topicPrefix + this.topic;
  }

  /** Appends events in one transaction; the relay publishes them. */
  async append(events: readonly UnsignedEvent[]): Promise<void> {
    await this.ingest.query('BEGIN');
    await this.appendWithin(this.ingest, events);
    await this.ingest.query('COMMIT');
  }

  /** Appends events within the transaction of a client. */
  async appendWithin(client: pg.Client, events: readonly UnsignedEvent[]): Promise<void> {
    await append(client, { events, signerOf: () => this.#signer });
  }

  /** Appends so many events of new records and tells them in the order of the append. */
  async appendNew(count: number): Promise<UnsignedEvent[]> {
    const events = Array.from({ length: count }, () => matrixEvent(this.borough).event);
    await this.append(events);
    return events;
  }

  /** Sends records past the store; gives the offset of the first. */
  async smuggle(records: LogRecord[]): Promise<bigint> {
    return (await this.#log.send(this.brokerTopic, 0, records)).baseOffset;
  }

  /** A record that this borough has signed, of an event that the store need not know. */
  signed({ event, skeleton, sealed }: ReturnType<typeof matrixEvent>): LogRecord {
    const { proofs } = this.#signer.sign(this.topic, [event.eventHash]);
    return {
      key: event.header.key,
      headers: encodeHeaders(event.header, proofs[0]!),
      value: encodeValue(skeleton, sealed),
      timestamp: String(Date.parse(AT)),
    };
  }

  /** The records of the topic as they stand. */
  async records(): Promise<LogRecord[]> {
    const found: LogRecord[] = [];
    const { low, high } = await this.#log.marks(this.brokerTopic, 0);
    for await (const { key, value, headers, timestamp } of this.#log.read(this.brokerTopic, 0, low, high))
      found.push({ key, value, headers, timestamp });
    return found;
  }

  async end(): Promise<bigint> {
    return this.#log.endOffset(this.brokerTopic, 0);
  }

  async close(): Promise<void> {
    await this.#relay.stop();
    await this.#log.close();
  }
}
