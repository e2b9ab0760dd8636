import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { ServiceLogger, STACK_CONFIG } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import pg from 'pg';

/** A record whose identity has been sealed and is not indexed yet. */
export interface WaitingIdentity {
  /** Place in the event store, which is 2^53 at most. */
  readonly position: number;
  readonly recordId: string;
}

/** What of the event store waits to be indexed, in a role that may ask for nothing else here. */
@Injectable()
export class IdentityFeed implements OnApplicationShutdown {
  readonly #pool: pg.Pool;

  constructor(@Inject(STACK_CONFIG) config: StackConfig, @Inject(ServiceLogger) logger: ServiceLogger) {
    this.#pool = new pg.Pool({
      ...config.pg('probity_vault', 'probity_events'),
      max: 1,
      connectionTimeoutMillis: 5_000,
      application_name: 'vault index',
    });
    this.#pool.on('error', () => {
      logger.warn('a connection to the event store was lost', 'IdentityFeed');
    });
  }

  /** At most so many after a position, in order. */
  async waiting(after: number, most: number): Promise<WaitingIdentity[]> {
    const { rows } = await this.#pool.query<WaitingIdentity>(
      'SELECT place::float8 AS position, record_id AS "recordId" FROM events.identities_to_index($1, $2)',
      [after, most],
    );
    return rows;
  }

  /** These need no more to be done. */
  async done(positions: readonly number[]): Promise<void> {
    await this.#pool.query('SELECT events.identities_indexed($1::bigint[])', [positions]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }
}
