import type { LookBasis } from '@probity/access-log';
import { Inject, Injectable } from '@nestjs/common';
import { DomainClock } from '@probity/platform';
import { ViewsPool } from '../database/views-pool.js';
import type { MatrixBand, MatrixRole } from './labels.js';

/** One entry as the read model holds it. Times as PostgreSQL writes them in JSON. */
export interface MatrixRow {
  record_id: string;
  borough: string;
  role: MatrixRole;
  band: MatrixBand;
  legacy_assertion: boolean;
  entered_at: string;
  review_due: string;
  withhold_from: string;
  version: number;
  topic_offset: number;
}

/** Place in the order of the list: borough, then record id. */
export interface MatrixPlace {
  borough: string;
  recordId: string;
}

/** Which entries are asked for; `null` filters nothing. */
export interface MatrixFilter {
  borough: string | null;
  band: MatrixBand | null;
  role: MatrixRole | null;
}

/** Entries, and the state of the read model that they are from. */
export interface ReadPage {
  readonly rows: readonly MatrixRow[];
  readonly basis: LookBasis;
}

interface PageRow {
  generation: number | null;
  positions: Record<string, number> | null;
  rows: MatrixRow[];
}

/** Entries of one borough in one band. */
export interface MatrixCount {
  borough: string;
  band: MatrixBand;
  entries: number;
}

// Every read has this condition (docs/explanation/architecture.md): from its instant on an entry is withheld unless something new has happened.
const SHOWN = 'withhold_from > $1';

// One statement, so that the positions are those of the very state that the entries are read from; one row, because a page has
// one state, and a driver is slower with many rows than with one document.
const PAGE = `
SELECT basis.generation, basis.positions, coalesce(page.rows, '[]') AS rows FROM
  (SELECT max(generation) AS generation, json_object_agg(topic, next_offset) AS positions FROM matrix.checkpoint
    WHERE $2::text IS NULL OR topic = 'matrix.' || $2) basis,
  (SELECT json_agg(entry ORDER BY borough, record_id) AS rows FROM (
    SELECT record_id, borough, role, band, legacy_assertion, entered_at, review_due, withhold_from, version, topic_offset
    FROM matrix.entry
    WHERE ${SHOWN}
      AND ($2::text IS NULL OR borough = $2) AND ($3::text IS NULL OR band = $3) AND ($4::text IS NULL OR role = $4)
      AND ($5::text IS NULL OR (borough, record_id) > ($5, $6::uuid))
    ORDER BY borough, record_id
    LIMIT $7) entry) page`;

const COUNTS = `
SELECT borough, band, count(*)::integer AS entries
FROM matrix.entry
WHERE ${SHOWN}
GROUP BY borough, band`;

/** Reads the central matrix: people who are entered and not withheld at the time of the domain clock. */
@Injectable()
export class MatrixReader {
  constructor(
    @Inject(ViewsPool) private readonly views: ViewsPool,
    @Inject(DomainClock) private readonly clock: DomainClock,
  ) {}

  /**
   * Entries in the order of borough and record id.
   *
   * @param after place after which to begin; `null` from the start
   * @param limit greatest number of entries, 1 or more
   * @returns the entries with the positions of the read model at which they were read
   */
  async page(filter: MatrixFilter, after: MatrixPlace | null, limit: number): Promise<ReadPage> {
    const { borough, band, role } = filter;
    const asAt = this.clock.now();
    const place = [after?.borough ?? null, after?.recordId ?? null];
    const [found] = await this.views.query<PageRow>(PAGE, [asAt, borough, band, role, ...place, limit]);
    const { generation = null, positions = null, rows = [] } = found ?? {};
    const basis = { projection: 'matrix', generation: generation ?? 1, asAt, positions: positions ?? {} };
    return { rows, basis };
  }

  /** How many entries each borough has in each band, and the instant at which that is so. */
  async counts(): Promise<{ asAt: string; counts: MatrixCount[] }> {
    const asAt = this.clock.now();
    return { asAt, counts: await this.views.query<MatrixCount>(COUNTS, [asAt]) };
  }
}
