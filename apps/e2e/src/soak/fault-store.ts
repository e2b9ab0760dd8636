import {
  askReady,
  APP_NAMES,
  startStack,
  type ProcessOfStack,
  type RunningStack,
} from '@probity/local-stack';
import type { DatabaseName } from '@probity/platform';
import type pg from 'pg';
import { Store } from '../store.js';
import { Keeper } from './keeper.js';
import { patiently } from './patience.js';

/** A store whose processes come and go, and are started again. */
export class FaultStore {
  private constructor(
    readonly store: Store,
    readonly stack: RunningStack,
    readonly keeper: Keeper,
  ) {}

  /** Starts a whole stack on free ports. Commits wait for the disk, as they do for real. */
  static async start(): Promise<FaultStore> {
    const store = await Store.create();
    const keeper = new Keeper();
    try {
      const stack = await startStack({
        env: store.env,
        onDeath: (name) => {
          keeper.died(name);
        },
      });
      keeper.watch(stack);
      return new FaultStore(store, stack, keeper);
    } catch (error) {
      await store.remove();
      throw error;
    }
  }

  /** Number of a running process; 0 when it does not run. */
  pid(name: ProcessOfStack): number {
    return this.store.pids().get(name) ?? 0;
  }

  /** Rows of one statement as the server's administrator; waits for a server that is away. */
  async rows<T extends pg.QueryResultRow>(
    database: DatabaseName,
    sql: string,
    values: unknown[] = [],
  ): Promise<T[]> {
    return patiently(() => this.store.rows<T>(database, sql, values));
  }

  /** What keeps applications from being ready, one text each. */
  async unready(): Promise<string[]> {
    const { home, ports } = this.stack;
    const answers = await Promise.all(
      APP_NAMES.map(async (app) => ({ app, ...(await askReady(home, ports[app])) })),
    );
    return answers.filter(({ ready }) => !ready).map(({ app, detail }) => `${app}: ${detail}`);
  }

  /** Stops everything. With `keep` the folder stays, to be looked at. */
  async stop(keep: boolean): Promise<void> {
    await this.keeper.stop();
    await this.store.disconnect();
    await this.stack.stop();
    if (!keep) await this.store.remove();
  }
}
