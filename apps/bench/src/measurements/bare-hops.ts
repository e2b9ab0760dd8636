import { randomUUID } from 'node:crypto';
import type { KafkaLog, LogRecord } from '@probity/messaging';
import { topicName } from '@probity/messaging';
import type pg from 'pg';
import type { Lab } from '../lab/lab.js';

const BOROUGH = 'E09000006';
const BYTES = 2_500;

/**
 * What lies between a command and its row at least, one after the other and with nothing else to do: commit a row, send
 * a record, read it, commit a row.
 */
export class BareHops {
  readonly #topic: string;

  private constructor(
    private readonly events: pg.Client,
    private readonly views: pg.Client,
    private readonly log: KafkaLog,
    prefix: string,
  ) {
    this.#topic = topicName(`matrix.${BOROUGH}`, prefix);
  }

  /** @param lab scratch databases and topics */
  static async open(lab: Lab): Promise<BareHops> {
    const events = await lab.connect('probity_owner', 'probity_events');
    const views = await lab.connect('probity_owner', 'probity_views');
    await events.query('CREATE TABLE events.bare_hop (id uuid PRIMARY KEY, value bytea NOT NULL)');
    await views.query('CREATE TABLE matrix.bare_hop (id uuid PRIMARY KEY, value bytea NOT NULL)');
    return new BareHops(events, views, lab.log(`ingest-${BOROUGH}`), lab.config.topicPrefix);
  }

  /** Milliseconds of each passage. */
  async measure(passages: number): Promise<number[]> {
    const times: number[] = [];
    for (let passage = 0; passage < passages; passage += 1) {
      const began = performance.now();
      await this.#pass();
      times.push(performance.now() - began);
    }
    return times;
  }

  async #pass(): Promise<void> {
    const id = randomUUID();
    const record: LogRecord = { key: id, value: Buffer.alloc(BYTES, id), headers: {}, timestamp: '1' };
    await this.events.query('INSERT INTO events.bare_hop VALUES ($1, $2)', [id, record.value]);
    const { baseOffset } = await this.log.send(this.#topic, 0, [record]);
    for await (const read of this.log.read(this.#topic, 0, baseOffset, baseOffset + 1n))
      await this.views.query('INSERT INTO matrix.bare_hop VALUES ($1, $2)', [read.key, read.value]);
  }
}
