import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { STACK_CONFIG, ServiceLogger } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import pg from 'pg';

/** Connections to the read models. */
const POOL_SIZE = 8;

/** The read models, as the role that may read the matrix and nothing else. */
@Injectable()
export class ViewsPool implements OnApplicationShutdown {
  private readonly pool: pg.Pool;
  readonly #names = new Map<string, string>();

  constructor(@Inject(STACK_CONFIG) config: StackConfig, @Inject(ServiceLogger) logger: ServiceLogger) {
    const connection = config.pg('probity_reader', 'probity_views');
    this.pool = new pg.Pool({ ...connection, max: POOL_SIZE, application_name: 'governance reader' });
    // An idle connection that breaks is replaced at the next use; without a listener it would end the process.
    this.pool.on('error', (error) => {
      logger.warn('an idle connection to the read models broke', error, 'ViewsPool');
    });
  }

  /** Rows of a query. Each connection prepares a text once, under its hash. */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const name = this.#names.get(text) ?? createHash('sha256').update(text).digest('hex').slice(0, 32);
    this.#names.set(text, name);
    return (await this.pool.query<Row>({ name, text, values })).rows;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
