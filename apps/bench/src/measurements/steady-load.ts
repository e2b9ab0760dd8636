import { setTimeout as pause } from 'node:timers/promises';
import { append } from '@probity/event-store';
import type { BatchSigner } from '@probity/events';
import { BOROUGH_CODES } from '@probity/messaging';
import type { FreshKey } from '@probity/sealing';
import type pg from 'pg';
import type { Lab } from '../lab/lab.js';
import { asSqlClient } from '../lab/lab.js';
import { EntrySealer } from '../material/entry-sealer.js';

/** Sessions for commands side by side. */
const SESSIONS = 8;
const EVENTS_OF_A_COMMAND = 2;

interface Writer {
  readonly sealer: EntrySealer;
  readonly signer: BatchSigner;
  readonly keys: FreshKey[];
}

/** What has been written, by topic. */
export type WrittenIds = ReadonlyMap<string, readonly string[]>;

/**
 * Commands at a steady rate, each two events of one new record, all boroughs in turn: sealed with keys of the vault,
 * signed with the borough's key, appended in a transaction of its own. Commands begin when they are due, whether or not
 * earlier ones have been accepted.
 */
export class SteadyLoad {
  /** Milliseconds from when a command was due to its commit. */
  readonly acceptance: number[] = [];
  readonly #ids = new Map<string, string[]>();

  private constructor(
    private readonly pool: pg.Pool,
    private readonly writers: readonly Writer[],
    private readonly commands: number,
    private readonly interval: number,
  ) {}

  /** Fetches all keys before the load begins, as an import does by the block. */
  static async prepare(lab: Lab, eventsPerSecond: number, seconds: number): Promise<SteadyLoad> {
    const commands = Math.ceil((eventsPerSecond * seconds) / EVENTS_OF_A_COMMAND);
    const vault = lab.vault('borough-ingest');
    const count = Math.ceil(commands / BOROUGH_CODES.length);
    const writers: Writer[] = [];
    for (const borough of BOROUGH_CODES) {
      const keys = await vault.freshKeys({ borough, family: 'matrix', count });
      writers.push({ sealer: new EntrySealer(borough), signer: lab.signer(borough), keys });
    }
    const pool = lab.pool('probity_ingest', 'probity_events', SESSIONS);
    return new SteadyLoad(pool, writers, commands, (1_000 * EVENTS_OF_A_COMMAND) / eventsPerSecond);
  }

  /** How many events are written. */
  get events(): number {
    return this.commands * EVENTS_OF_A_COMMAND;
  }

  get written(): WrittenIds {
    return this.#ids;
  }

  /** @param accepted told of each record as soon as its events are committed */
  async run(accepted: (recordId: string) => void): Promise<void> {
    const began = performance.now();
    const running: Promise<void>[] = [];
    for (let number = 0; number < this.commands; number += 1) {
      const due = began + number * this.interval;
      const wait = due - performance.now();
      if (wait > 0) await pause(wait);
      running.push(this.#command(number, due, accepted));
    }
    await Promise.all(running);
  }

  async #command(number: number, due: number, accepted: (recordId: string) => void): Promise<void> {
    const { sealer, signer, keys } = this.writers[number % this.writers.length] as Writer;
    const { recordId, events } = sealer.next(keys.pop() as FreshKey);
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await append(asSqlClient(client), { events, signerOf: () => signer });
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    accepted(recordId);
    this.acceptance.push(performance.now() - due);
    const ids = this.#ids.get(sealer.topic) ?? [];
    ids.push(...events.map(({ header }) => header.id));
    this.#ids.set(sealer.topic, ids);
  }
}
