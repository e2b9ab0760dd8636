import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type pg from 'pg';
import type { Run } from '../figures/rounds.js';
import type { Disposer } from '../lab/disposer.js';
import type { WorkingProcesses } from '../lab/stopwatch.js';
import { Stopwatch } from '../lab/stopwatch.js';

const BLOCK = 500;
const TABLE = 'events.bench_bare_row';

/** What taking a list in costs at least: parse it, and insert its text by blocks, a transaction each. */
export class BareLoad {
  #loads = 0;

  private constructor(private readonly client: pg.Client) {}

  /** @param client in the role that owns the schema */
  static async open(client: pg.Client, disposer: Disposer): Promise<BareLoad> {
    await client.query(
      `DROP TABLE IF EXISTS ${TABLE};
       CREATE TABLE ${TABLE} (load integer, line integer, fields text NOT NULL, PRIMARY KEY (load, line))`,
    );
    disposer.add(() => client.query(`DROP TABLE IF EXISTS ${TABLE}`));
    return new BareLoad(client);
  }

  /** Loads one file. */
  async load(file: readonly Buffer[], servers: WorkingProcesses): Promise<Run> {
    this.#loads += 1;
    const watch = new Stopwatch(servers);
    let block: string[] = [];
    let rows = 0;
    const parser = Readable.from(file, { objectMode: false }).pipe(parse({ delimiter: ',', fromLine: 2 }));
    for await (const fields of parser as AsyncIterable<string[]>) {
      block.push(fields.join('\t'));
      if (block.length < BLOCK) continue;
      await this.#insert(rows, block);
      rows += block.length;
      block = [];
    }
    if (block.length > 0) await this.#insert(rows, block);
    return watch.end(rows + block.length);
  }

  async #insert(first: number, block: readonly string[]): Promise<void> {
    await this.client.query(
      `INSERT INTO ${TABLE} SELECT $1, $2 + u.place, u.fields
       FROM unnest($3::text[]) WITH ORDINALITY AS u(fields, place)`,
      [this.#loads, first, block],
    );
  }
}
