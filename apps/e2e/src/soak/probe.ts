import type pg from 'pg';
import type { FaultStore } from './fault-store.js';

/** How far the import of a borough is. Counts are of records of its two topics. */
export interface Progress {
  /** An upload has been announced. */
  announced: boolean;
  /** Rows that the import has told to have read. */
  rowsRead: number;
  /** Events appended, sent or not. */
  committed: number;
  /** Events that the store knows to be in the topics. */
  sent: number;
  /** Offsets that the two read models have applied. */
  projected: number;
}

const EVENTS = `
SELECT (SELECT count(*)::int FROM ingest.import_job WHERE borough = $1) AS jobs,
  coalesce((SELECT max((progress->'rows'->>'read')::int) FROM ingest.import_job WHERE borough = $1), 0) AS rows,
  (SELECT count(*)::int FROM events.outbox WHERE topic = ANY ($2)) AS waiting,
  coalesce((SELECT sum(next_offset)::int FROM events.published WHERE topic = ANY ($2)), 0) AS sent`;

const VIEWS = `
SELECT coalesce((SELECT sum(next_offset)::int FROM matrix.checkpoint WHERE topic = ANY ($1)), 0)
  + coalesce((SELECT sum(next_offset)::int FROM safeguarding.checkpoint WHERE topic = ANY ($1)), 0) AS projected`;

/** Topics of a borough. */
export function topicsOf(borough: string): [string, string] {
  return [`matrix.${borough}`, `safeguarding.${borough}`];
}

/** Looks at an import from outside, on sessions of its own that it opens again when a fault has ended them. */
export class Probe {
  #last: Progress = { announced: false, rowsRead: 0, committed: 0, sent: 0, projected: 0 };
  #events: Promise<pg.Client> | undefined;
  #views: Promise<pg.Client> | undefined;

  constructor(
    private readonly site: FaultStore,
    private readonly borough: string,
  ) {}

  /** How far it is now, or was when the database last answered. */
  async look(): Promise<Progress> {
    const topics = topicsOf(this.borough);
    try {
      const events = await (this.#events ??= this.site.store.connect('probity_events'));
      const views = await (this.#views ??= this.site.store.connect('probity_views'));
      const [[e], [v]] = [
        (
          await events.query<{ jobs: number; rows: number; waiting: number; sent: number }>(EVENTS, [
            this.borough,
            topics,
          ])
        ).rows,
        (await views.query<{ projected: number }>(VIEWS, [topics])).rows,
      ];
      if (e && v) {
        const committed = Math.max(e.sent + e.waiting, this.#last.committed);
        this.#last = {
          announced: e.jobs > 0,
          rowsRead: e.rows,
          committed,
          sent: e.sent,
          projected: v.projected,
        };
      }
    } catch {
      await this.close();
    }
    return this.#last;
  }

  /** Ends its sessions. */
  async close(): Promise<void> {
    const open = [this.#events, this.#views];
    this.#events = this.#views = undefined;
    await Promise.allSettled(open.map(async (client) => (await client)?.end()));
  }
}
