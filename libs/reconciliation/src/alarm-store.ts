import type { AlarmCode } from './alarm-codes.js';
import type { Finding } from './finding.js';

/** The part of a `pg` pool or client that alarms need. */
export interface AlarmSql {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Something that was found and is not whole again. */
export interface Alarm extends Finding {
  /** What was checked when it was found; a later check of the same scope settles it. */
  readonly scope: string;
  /** Domain time of the first and the last check that found it, RFC 3339 UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Real time of the first, RFC 3339 UTC, by the database's clock. */
  readonly detectedAt: string;
}

/** What a check changed. */
export interface Settlement {
  readonly raised: readonly Finding[];
  readonly resolved: readonly Finding[];
}

interface AlarmRow {
  scope: string;
  code: AlarmCode;
  place: string;
  sentence: string;
  first_seen: Date;
  last_seen: Date;
  detected_at: Date;
}

const COLUMNS = 'scope, code, place, sentence, first_seen, last_seen, detected_at';
const NOTHING: Settlement = { raised: [], resolved: [] };

const keyOf = ({ code, place }: Pick<Finding, 'code' | 'place'>): string => `${code} ${place}`;

/**
 * The alarms of one process in a table of its own ({@link ALARM_TABLE}); no other process writes it. What is open is also kept in
 * memory, so that a check that finds nothing where nothing is open costs no statement.
 */
export class AlarmStore {
  readonly #open = new Map<string, Map<string, Alarm>>();
  #isLoaded = false;

  /**
   * @param table name with its schema; comes from code, never from data
   * @param now domain time, RFC 3339 UTC
   */
  constructor(
    private readonly sql: AlarmSql,
    private readonly table: string,
    private readonly now: () => string,
  ) {}

  /** Open alarms, oldest first. */
  open(): Alarm[] {
    return [...this.#open.values()]
      .flatMap((scope) => [...scope.values()])
      .sort((a, b) => (a.detectedAt < b.detectedAt ? -1 : a.detectedAt > b.detectedAt ? 1 : 0));
  }

  /** Reads what is open; before the first check of a process. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    const { rows } = await this.sql.query(`SELECT ${COLUMNS} FROM ${this.table} WHERE resolved_at IS NULL`);
    for (const row of rows as unknown as AlarmRow[]) this.#remember(row);
    this.#isLoaded = true;
  }

  /** Takes everything that a whole check of a scope found: what is new is raised, what is no longer found is resolved. */
  async settle(scope: string, findings: readonly Finding[]): Promise<Settlement> {
    const known = new Map(this.#open.get(scope));
    if (known.size === 0 && findings.length === 0) return NOTHING;
    const found = new Map(findings.map((finding) => [keyOf(finding), finding]));
    const gone = [...known].flatMap(([key, alarm]) => (found.has(key) ? [] : [alarm]));
    await this.#raise(scope, [...found.values()]);
    await this.#resolve(scope, gone);
    return {
      raised: [...found].flatMap(([key, finding]) => (known.has(key) ? [] : [finding])),
      resolved: gone,
    };
  }

  async #raise(scope: string, findings: readonly Finding[]): Promise<void> {
    if (findings.length === 0) return;
    const { rows } = await this.sql.query(
      `INSERT INTO ${this.table} AS a (scope, code, place, sentence, first_seen, last_seen)
       SELECT $1, f.code, f.place, f.sentence, $2, $2 FROM unnest($3::text[], $4::text[], $5::text[]) AS f(code, place, sentence)
       ON CONFLICT (scope, code, place) WHERE resolved_at IS NULL
         DO UPDATE SET last_seen = excluded.last_seen, sentence = excluded.sentence
       RETURNING ${COLUMNS}`,
      [
        scope,
        this.now(),
        findings.map(({ code }) => code),
        findings.map(({ place }) => place),
        findings.map(({ sentence }) => sentence),
      ],
    );
    for (const row of rows as unknown as AlarmRow[]) this.#remember(row);
  }

  async #resolve(scope: string, alarms: readonly Alarm[]): Promise<void> {
    if (alarms.length === 0) return;
    await this.sql.query(
      `UPDATE ${this.table} a SET resolved_at = $2, cleared_at = statement_timestamp()
         FROM unnest($3::text[], $4::text[]) AS f(code, place)
        WHERE a.scope = $1 AND a.code = f.code AND a.place = f.place AND a.resolved_at IS NULL`,
      [scope, this.now(), alarms.map(({ code }) => code), alarms.map(({ place }) => place)],
    );
    const open = this.#open.get(scope);
    for (const alarm of alarms) open?.delete(keyOf(alarm));
    if (open?.size === 0) this.#open.delete(scope);
  }

  #remember(row: AlarmRow): void {
    const { scope, code, place, sentence } = row;
    const open = this.#open.get(scope) ?? new Map<string, Alarm>();
    this.#open.set(scope, open);
    open.set(keyOf(row), {
      scope,
      code,
      place,
      sentence,
      firstSeen: row.first_seen.toISOString(),
      lastSeen: row.last_seen.toISOString(),
      detectedAt: row.detected_at.toISOString(),
    });
  }
}
