import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import type { Envelope, EventHeader } from '@probity/events';
import { ServiceLogger, STACK_CONFIG } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import pg from 'pg';

/** The identity of a record as it was last sealed, and the header that the seal is bound to. */
export interface SealedIdentity {
  readonly recordId: string;
  readonly header: EventHeader;
  readonly envelope: Envelope;
}

/** Reads sealed identities from the event store, in a role that may read nothing else of it. */
@Injectable()
export class SealedIdentities implements OnApplicationShutdown {
  readonly #pool: pg.Pool;

  constructor(@Inject(STACK_CONFIG) config: StackConfig, @Inject(ServiceLogger) logger: ServiceLogger) {
    this.#pool = new pg.Pool({
      ...config.pg('probity_vault', 'probity_events'),
      max: 4,
      connectionTimeoutMillis: 5_000,
      application_name: 'vault',
    });
    this.#pool.on('error', () => {
      logger.warn('a connection to the event store was lost', 'SealedIdentities');
    });
  }

  /** Of those records that have one, in no order. */
  async of(recordIds: readonly string[]): Promise<SealedIdentity[]> {
    const { rows } = await this.#pool.query<{ record_id: string; header: Buffer; identity: Envelope }>({
      name: 'sealed-identities',
      text: 'SELECT record_id, header, identity FROM events.sealed_identities($1::uuid[])',
      values: [recordIds],
    });
    return rows.map(({ record_id: recordId, header, identity: envelope }) => ({
      recordId,
      header: JSON.parse(header.toString('utf8')) as EventHeader,
      envelope,
    }));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#pool.end();
  }
}
