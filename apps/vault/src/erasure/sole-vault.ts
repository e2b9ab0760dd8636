import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ServiceLogger, STACK_CONFIG, type StackConfig } from '@probity/platform';
import pg from 'pg';
import { VaultPool } from '../database/vault-pool.js';

/** Advisory locks of running vaults: this and the number of the start; `solo` in ASCII, any number that nobody else uses. */
const LOCK = 0x736f6c6f;
const AGAIN_MS = 1000;

/**
 * Whether this vault alone lends keys. Only then does it know of every lease; beside another vault, or after one started
 * meanwhile, it waits for the longest lease instead. A running vault is known by a session that it keeps.
 */
@Injectable()
export class SoleVault implements OnModuleInit, OnApplicationShutdown {
  #number = 0;
  #wasAlone = false;
  #session: pg.Client | null = null;
  #again: NodeJS.Timeout | undefined;

  constructor(
    @Inject(VaultPool) private readonly pool: VaultPool,
    @Inject(STACK_CONFIG) private readonly config: StackConfig,
    @Inject(ServiceLogger) private readonly logger: ServiceLogger,
  ) {}

  async onModuleInit(): Promise<void> {
    const { rows } = await this.pool.query<{ number: string }>(
      `SELECT nextval('vault.start_number') AS number`,
    );
    this.#number = Number(rows[0]?.number);
    await this.#enter();
    this.#wasAlone = !(await this.#hasCompany());
  }

  /** True when no other vault was there at the start of this one, none has started since, and none is there. */
  async isAlone(): Promise<boolean> {
    if (!this.#wasAlone || this.#session === null) return false;
    const { rows } = await this.pool.query<{ number: string }>(
      'SELECT last_value AS number FROM vault.start_number',
    );
    return Number(rows[0]?.number) === this.#number && !(await this.#hasCompany());
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.#again);
    const session = this.#session;
    this.#session = null;
    session?.removeAllListeners('end');
    await session?.end();
  }

  async #hasCompany(): Promise<boolean> {
    const { rows } = await this.pool.query<{ company: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = $1 AND objid <> $2
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS company`,
      [LOCK, this.#number],
    );
    return rows[0]?.company ?? true;
  }

  async #enter(): Promise<void> {
    const session = new pg.Client({
      ...this.config.pg('probity_vault', 'probity_vault'),
      application_name: 'vault',
      keepAlive: true,
    });
    // What breaks the session ends it; unheard, its error would end the process.
    session.on('error', () => undefined);
    session.on('end', () => {
      this.#leave();
    });
    await session.connect();
    await session.query('SELECT pg_advisory_lock($1, $2)', [LOCK, this.#number]);
    this.#session = session;
  }

  #leave(): void {
    this.#session = null;
    this.logger.warn('the session that shows this vault to others was lost', 'SoleVault');
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#enter().catch(() => {
        this.#leave();
      });
    }, AGAIN_MS).unref();
  }
}
