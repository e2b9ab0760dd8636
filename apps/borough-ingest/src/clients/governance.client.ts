import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { StackConfig } from '@probity/platform';
import { STACK_CONFIG } from '@probity/platform';
import { JsonClient } from './json-client.js';

/** A migration window: lets the rows of one file be entered as legacy assertions, until the file is read to its end. */
export interface MigrationWindow {
  readonly id: string;
  readonly state: 'requested' | 'open' | 'closed';
  readonly borough: string;
  readonly fileHash: string;
  readonly groupsHash: string | null;
  /** The instant as at which the file is decided. */
  readonly asAt: string;
}

/** What the ingest asks of governance: it reads windows and closes them, and never opens one. */
@Injectable()
export class GovernanceClient implements OnApplicationShutdown {
  readonly #client: JsonClient;

  constructor(@Inject(STACK_CONFIG) config: StackConfig) {
    const origin = `https://127.0.0.1:${String(config.ports.governance)}`;
    this.#client = new JsonClient('governance', origin, config.serviceTls('borough-ingest'));
  }

  /** A window by its id. @throws ProblemError 404 when there is none. */
  window(id: string): Promise<MigrationWindow> {
    return this.#client.call('GET', `/v1/migration-windows/${encodeURIComponent(id)}`);
  }

  /** Every window that a file of a borough ever had. */
  async windowsOf(borough: string, fileHash: string): Promise<MigrationWindow[]> {
    const query = new URLSearchParams({ borough, fileHash });
    return (
      await this.#client.call<{ items: MigrationWindow[] }>(
        'GET',
        `/v1/migration-windows?${query.toString()}`,
      )
    ).items;
  }

  /** Close a window for ever, after the file has been read to its end. Safe to repeat. */
  async close(id: string, rows: number): Promise<void> {
    await this.#client.call('POST', `/v1/migration-windows/${encodeURIComponent(id)}/close`, { rows });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client.close();
  }
}
