import type { ConsumedRecord, KafkaLog } from '@probity/messaging';
import type pg from 'pg';
import type { Run } from '../figures/rounds.js';
import type { WorkingProcesses } from '../lab/stopwatch.js';
import { Stopwatch } from '../lab/stopwatch.js';

const UPSERT = `
INSERT INTO matrix.bare_entry (record_id, borough, role, band, legacy_assertion, entered_at, review_due, attest_by,
  criteria_hold_until, withhold_from, in_custody, age_class, group_id, version, topic, topic_offset)
SELECT u.record_id, 'E09000005', 'SUSPECTED_OFFENDER', 'AMBER', true, '2026-11-01T09:00Z', '2027-01-31T09:00Z',
  '2026-11-29T09:00Z', NULL, '2026-11-29T09:00Z', false, 'ADULT', NULL, u.version, 'matrix.E09000005', u.topic_offset
FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) AS u(record_id, version, topic_offset)
ON CONFLICT (record_id) DO UPDATE SET version = excluded.version, topic_offset = excluded.topic_offset`;

/** What a projection costs at least: read the records, keep the last of each key, upsert a row for it. */
export class BareProjection {
  private constructor(
    private readonly client: pg.Client,
    private readonly log: KafkaLog,
    private readonly topics: readonly string[],
  ) {}

  /** @param client in the role that owns the read model */
  static async open(client: pg.Client, log: KafkaLog, topics: readonly string[]): Promise<BareProjection> {
    await client.query('CREATE TABLE matrix.bare_entry (LIKE matrix.entry INCLUDING ALL)');
    return new BareProjection(client, log, topics);
  }

  /** Reads topics of `events` records together from their beginning; timed after the first `warmUp`. */
  async catchUp(events: number, warmUp: number, servers: WorkingProcesses): Promise<Run> {
    await this.client.query('TRUNCATE matrix.bare_entry');
    let start: { watch: Stopwatch; position: number } | undefined;
    let position = 0;
    for (const topic of this.topics) {
      const end = BigInt(events / this.topics.length);
      for await (const batch of this.log.readBatches(topic, 0, 0n, end)) {
        await this.#write(batch);
        position += batch.length;
        if (position >= warmUp) start ??= { watch: new Stopwatch(servers), position };
      }
    }
    if (start === undefined) throw new Error('the topics hold fewer records than were to be timed');
    return start.watch.end(position - start.position);
  }

  async #write(records: readonly ConsumedRecord[]): Promise<void> {
    const last = new Map(records.map((record) => [record.key, record]));
    const rows = [...last.values()];
    await this.client.query('BEGIN');
    await this.client.query(UPSERT, [
      rows.map((row) => row.key),
      rows.map((row) => Number(row.headers['ce_streamversion'])),
      rows.map((row) => String(row.offset)),
    ]);
    await this.client.query('COMMIT');
  }
}
