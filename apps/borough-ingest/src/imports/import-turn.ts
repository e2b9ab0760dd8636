import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { SqlClient } from '@probity/event-store';

// First key of the two-key advisory locks, so that other users of advisory locks do not meet ours.
const IMPORT_LOCKS = 0x70726f69;
const ASK_EVERY_MS = 250;

/**
 * The turn to decide a borough's rows, held by one session of the database: the rows of one borough are never decided by two at
 * once, whichever processes host it. What ends an import is written through this session, so that whoever has lost the turn
 * cannot end what another has begun.
 */
export class ImportTurn {
  #isLost = false;

  private constructor(private readonly client: PoolClient) {
    client.on('error', this.#lose);
    client.on('end', this.#lose);
  }

  /** Waits for the turn of a borough. @returns null when it is told to stop first */
  static async take(pool: Pool, borough: string, isStopping: () => boolean): Promise<ImportTurn | null> {
    const turn = new ImportTurn(await pool.connect());
    try {
      for (;;) {
        const { rows } = await turn.client.query<{ taken: boolean }>(
          'SELECT pg_try_advisory_lock($1, hashtext($2)) AS taken',
          [IMPORT_LOCKS, borough],
        );
        if (rows[0]?.taken === true) return turn;
        if (isStopping()) break;
        await pause(ASK_EVERY_MS);
      }
    } catch (error) {
      turn.release();
      throw error;
    }
    turn.release();
    return null;
  }

  /** Whether the session has ended, so that another may have the turn. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Work in one transaction of the session. @throws Error when the turn is lost; nothing has been changed then */
  async inTransaction(work: (client: SqlClient) => Promise<void>): Promise<void> {
    await this.client.query('BEGIN');
    await work(this.client);
    await this.client.query('COMMIT');
  }

  /** Give the turn back. The session goes with it: nothing else could be sure that the lock is gone. */
  release(): void {
    this.client.release(true);
    this.client.off('end', this.#lose);
  }

  readonly #lose = (): void => {
    this.#isLost = true;
  };
}
