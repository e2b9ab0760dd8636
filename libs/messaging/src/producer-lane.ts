import { CompressionTypes } from './kafkajs.js';
import type { Kafka, Producer } from 'kafkajs';
import { SendRejected } from './log-client.js';
import type { LogRecord } from './log-client.js';

/** How long a producer trusts what it knows of leaders, in milliseconds. */
const METADATA_MAX_AGE_MS = 10_000;

/**
 * Bytes of one request: a request is one stored batch, which a broker refuses above `max.message.bytes` (1 048 588 by default).
 * A single record may be larger; then the broker decides.
 */
export const REQUEST_BYTES = 950_000;
/** Upper bound on what the record format adds to a record's own bytes, and to each header's. */
const RECORD_OVERHEAD = 64;
const HEADER_OVERHEAD = 8;

/** Bytes that a record takes in a request, never too few. */
function sizeOf(record: LogRecord): number {
  let bytes = RECORD_OVERHEAD + Buffer.byteLength(record.key) + record.value.length;
  for (const [name, value] of Object.entries(record.headers))
    bytes += HEADER_OVERHEAD + Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}

/** Cuts records into consecutive parts that each fit one request. */
export function partsOf(records: readonly LogRecord[]): LogRecord[][] {
  const parts: LogRecord[][] = [];
  let room = 0;
  for (const record of records) {
    const bytes = sizeOf(record);
    if (bytes > room) {
      parts.push([]);
      room = REQUEST_BYTES;
    }
    parts.at(-1)?.push(record);
    room -= bytes;
  }
  return parts;
}

/**
 * Sends to one partition, one request at a time, through an idempotent producer of its own.
 *
 * A producer that has seen a rejection acknowledges later records without storing them, so it is thrown away, and every send that
 * was waiting behind the rejected one is rejected too: a later record never overtakes an earlier one.
 */
export class ProducerLane {
  #producer: Promise<Producer> | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #generation = 0;
  #closed = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly partition: number,
  ) {}

  /** See `LogClient.send`. */
  send(records: readonly LogRecord[]): Promise<{ baseOffset: bigint }> {
    const generation = this.#generation;
    const result = this.#tail.then(() => this.#sendNow(records, generation));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Waits for the sends under way, then disconnects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await this.#discard();
  }

  async #sendNow(records: readonly LogRecord[], generation: number): Promise<{ baseOffset: bigint }> {
    if (generation !== this.#generation)
      throw this.#rejected(new Error('an earlier send of this lane was rejected'));
    if (this.#closed) throw this.#rejected(new Error('the log client is closed'));
    try {
      const producer = await (this.#producer ??= this.#connect());
      let baseOffset: bigint | undefined;
      for (const part of partsOf(records)) {
        const offset = await this.#produce(producer, part);
        baseOffset ??= offset;
      }
      return { baseOffset: baseOffset ?? 0n };
    } catch (error) {
      this.#generation += 1;
      await this.#discard();
      throw this.#rejected(error);
    }
  }

  async #produce(producer: Producer, records: readonly LogRecord[]): Promise<bigint> {
    const [answer] = await producer.send({
      topic: this.topic,
      acks: -1,
      compression: CompressionTypes.None,
      messages: records.map((record) => ({ ...record, partition: this.partition })),
    });
    if (answer?.baseOffset === undefined || answer.errorCode !== 0)
      throw new Error('the answer names no offset');
    return BigInt(answer.baseOffset);
  }

  async #connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      createPartitioner: () => () => this.partition,
    });
    await producer.connect();
    return producer;
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    // A producer that cannot disconnect cleanly is dropped all the same: nothing is sent through it again.
    await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
  }

  #rejected(cause: unknown): SendRejected {
    return new SendRejected(this.topic, this.partition, cause);
  }
}
