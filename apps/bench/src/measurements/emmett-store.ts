import type { Event } from '@event-driven-io/emmett';
import { isExpectedVersionConflictError } from '@event-driven-io/emmett';
import type { PostgresEventStore } from '@event-driven-io/emmett-postgresql';
import { getPostgreSQLEventStore, pongoSingleStreamProjection } from '@event-driven-io/emmett-postgresql';
import type { UnsignedEvent } from '@probity/events';
import type pg from 'pg';
import type { Lab } from '../lab/lab.js';

/** Release of Emmett that is compared with (package.json). */
export const EMMETT = 'Emmett 0.42.0';

/** Sessions of its pool: the default of `pg`, which it uses. */
export const EMMETT_SESSIONS = 10;

/** An event of ours as one of Emmett's: the same JSON, its header as metadata. */
type Foreign = Event<string, Record<string, unknown>, Record<string, unknown>>;

/** What its read model holds of a stream. */
interface Seen extends Record<string, unknown> {
  readonly events: number;
}

const COLLECTION = 'probity_bench';

const projection = (types: readonly string[]) =>
  pongoSingleStreamProjection<Seen, Foreign>({
    collectionName: COLLECTION,
    canHandle: [...types],
    initialState: () => ({ events: 0 }),
    evolve: (document: Seen) => ({ ...document, events: document.events + 1 }),
  });

/** Emmett's store and its asynchronous projection, as its documentation sets them up, on the database that ours is measured on. */
export class EmmettStore {
  private constructor(
    private readonly store: PostgresEventStore,
    private readonly owner: pg.Client,
  ) {}

  /** Makes its tables. */
  static async open(lab: Lab): Promise<EmmettStore> {
    const owner = await lab.connect('probity_owner', 'probity_events');
    const pool = lab.pool('probity_owner', 'probity_events', EMMETT_SESSIONS);
    const { host, port } = lab.config.postgres;
    const { database } = lab.config.pg('probity_owner', 'probity_events');
    const store = getPostgreSQLEventStore(`postgresql://${host}:${String(port)}/${database}`, {
      connectionOptions: { pool },
    });
    await store.schema.migrate();
    return new EmmettStore(store, owner);
  }

  /** Appends one event at the version that it has with us; false when its stream has moved. */
  async append(event: UnsignedEvent): Promise<boolean> {
    const before = event.header.streamversion - 1;
    try {
      await this.store.appendToStream<Foreign>(streamOf(event), [toForeign(event)], {
        // The number also for a new stream: of `STREAM_DOES_NOT_EXIST` this release makes no check.
        expectedStreamVersion: BigInt(before),
      });
      return true;
    } catch (error) {
      // Each of its packages carries a class of its own of this error, so `instanceof` does not find it.
      if (isExpectedVersionConflictError(error)) return false;
      throw error;
    }
  }

  /** Runs the projection from where it stands until nothing is left to read. */
  async project(types: readonly string[], processorId: string): Promise<void> {
    const consumer = this.store.consumer({ stopWhen: { noMessagesLeft: true } });
    consumer.projector({ processorId, projection: projection(types) });
    await consumer.start();
    await consumer.close();
  }

  /** How many events it has stored. */
  async stored(): Promise<number> {
    return this.#number('SELECT count(*) AS n FROM emt_messages');
  }

  /** How many events its read model has counted. */
  async projected(): Promise<number> {
    return this.#number(`SELECT coalesce(sum((data->>'events')::int), 0) AS n FROM ${COLLECTION}`);
  }

  async #number(query: string): Promise<number> {
    const { rows } = await this.owner.query<{ n: string }>(query);
    return Number(rows[0]?.n);
  }
}

function streamOf(event: UnsignedEvent): string {
  return `record-${event.header.key}`;
}

function toForeign(event: UnsignedEvent): Foreign {
  const json = (bytes: Uint8Array | null): unknown =>
    bytes === null ? {} : (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown);
  return {
    type: event.header.type,
    data: { skeleton: json(event.skeletonBytes), sealed: json(event.sealedBytes) },
    metadata: { ...event.header },
    kind: 'Event',
  };
}
