import type { ClientConfig } from 'pg';
import pg from 'pg';
import type { SqlClient } from '../append.js';

// First key of the two-key advisory locks, so that other users of advisory locks do not meet ours.
const RELAY_LOCKS = 0x70726f62;

/**
 * The one database session of a relay. It holds the advisory locks and does all of the relay's writing: when it is
 * lost, the locks are gone and nothing can be marked as sent any more.
 */
export class LockSession implements SqlClient {
  readonly #client: pg.Client;
  #tail: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;
  /** Rejects when the session is lost. */
  readonly lost: Promise<never>;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.lost = new Promise((_, reject) => {
      client.on('error', (error) => {
        reject(error);
      });
      client.on('end', () => {
        reject(new Error('the lock session of the relay has ended'));
      });
    });
    // Somebody always races against it; this keeps a late loss from being an unhandled rejection.
    this.lost.catch(() => undefined);
    client.on('notification', () => {
      this.#wake();
    });
  }

  /** Connect and listen for appends. */
  static async open(config: ClientConfig): Promise<LockSession> {
    const client = new pg.Client({ ...config, application_name: 'probity relay', keepAlive: true });
    await client.connect();
    const session = new LockSession(client);
    await session.query('LISTEN probity_outbox');
    return session;
  }

  /** Statements run one after the other, in the order of the calls. */
  query(text: string, values: unknown[] = []): Promise<{ rows: Record<string, unknown>[] }> {
    const run = this.#tail.then(
      () => this.#client.query(text, values) as Promise<{ rows: Record<string, unknown>[] }>,
    );
    this.#tail = run.catch(() => undefined);
    return run;
  }

  /** Try to take the locks of some topics; tells which were taken. */
  async tryLock(topics: readonly string[]): Promise<string[]> {
    if (topics.length === 0) return [];
    const { rows } = await this.query(
      'SELECT t AS topic FROM unnest($1::text[]) AS t WHERE pg_try_advisory_lock($2, hashtext(t))',
      [topics, RELAY_LOCKS],
    );
    return rows.map((row) => row['topic'] as string);
  }

  /** Resolves at the next append or after `milliseconds`, whichever is first; rejects when the session is lost. */
  async sleep(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, milliseconds);
    });
    try {
      await Promise.race([woken, this.lost]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Wake a sleeper without an append, to stop. */
  wake(): void {
    this.#wake();
  }

  /** End the session, which gives the locks back. */
  async close(): Promise<void> {
    await this.#client.end().catch((error: unknown) => {
      // A session that is lost already has nothing to give back.
      void error;
    });
  }
}
