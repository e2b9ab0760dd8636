import type { UnsignedEvent } from '@probity/events';
import type pg from 'pg';
import type { Lab } from '../lab/lab.js';

/** A table that refuses nothing, indexes nothing but its key, and does not try to compress what cannot be compressed. */
const TABLE = `
CREATE TABLE IF NOT EXISTS events.raw_event (position bigint PRIMARY KEY, header bytea NOT NULL, skeleton bytea NOT NULL, sealed bytea);
ALTER TABLE events.raw_event ALTER COLUMN header SET STORAGE EXTERNAL, ALTER COLUMN skeleton SET STORAGE EXTERNAL,
  ALTER COLUMN sealed SET STORAGE EXTERNAL;
TRUNCATE events.raw_event;
GRANT INSERT ON events.raw_event TO probity_ingest`;

const INSERT =
  'INSERT INTO events.raw_event SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[])';

/** The least that storing events costs: their bytes, by blocks, a durable transaction each. */
export class BareInsert {
  #inserted = 0;

  private constructor(private readonly client: pg.Client) {}

  static async open(lab: Lab): Promise<BareInsert> {
    const owner = await lab.connect('probity_owner', 'probity_events');
    await owner.query(TABLE);
    return new BareInsert(await lab.connect('probity_ingest', 'probity_events'));
  }

  /** Inserts one block. */
  async insert(events: readonly UnsignedEvent[]): Promise<void> {
    this.#inserted += events.length;
    await this.client.query('BEGIN');
    await this.client.query(INSERT, [
      events.map((_, place) => String(this.#inserted - place)),
      events.map((event) => event.headerBytes),
      events.map((event) => event.skeletonBytes),
      events.map((event) => event.sealedBytes),
    ]);
    await this.client.query('COMMIT');
  }
}
