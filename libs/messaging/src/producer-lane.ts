import { CompressionTypes } from './kafkajs.js';
import type { Kafka, Producer } from 'kafkajs';
import { SendRejected } from './log-client.js';
import type { LogRecord } from './log-client.js';

/** How long a producer trusts what it knows of leaders, in milliseconds. */
const METADATA_MAX_AGE_MS = 10_000;

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
      const [answer] = await producer.send({
        topic: this.topic,
        acks: -1,
        compression: CompressionTypes.None,
        messages: records.map(({ key, value, headers, timestamp }) => ({
          key, value, headers, timestamp, partition: this.partition,
        })), // prettier-ignore
      });
      if (answer?.baseOffset === undefined || answer.errorCode !== 0)
        throw new Error('the answer names no offset');
      return { baseOffset: BigInt(answer.baseOffset) };
    } catch (error) {
      this.#generation += 1;
      await this.#discard();
      throw this.#rejected(error);
    }
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
