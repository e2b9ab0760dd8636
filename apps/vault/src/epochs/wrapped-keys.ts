import { dekAad, pepperAad } from '@probity/sealing';
import type { EpochSession } from './epoch.repository.js';

/** A wrapped key in the words of a rotation. */
export interface WrappedKey {
  readonly wrapped: Buffer;
  /** What it is bound to under an epoch. */
  aad(epoch: number): Buffer;
}

/** Some of the keys of a table. */
export interface KeyPage<Key extends WrappedKey = WrappedKey> {
  readonly keys: readonly Key[];
  /** Null after the last place. */
  readonly next: number | null;
}

/** A table of wrapped keys. A further one belongs into {@link WRAPPED_KEYS}, or its keys die with their epoch. */
export interface WrappedKeys<Key extends WrappedKey = WrappedKey> {
  /** Living keys under an epoch in one place of the table, about a thousand, and the next place; places count from 0. */
  page(session: EpochSession, epoch: number, place: number): Promise<KeyPage<Key>>;
  /** Living keys under an epoch, here and there, at most `count`. */
  sample(session: EpochSession, epoch: number, count: number): Promise<Key[]>;
  /** Put other wrappings in their places: all of them last, or none. Keys that were erased meanwhile stay erased. */
  replace(
    session: EpochSession,
    move: { from: number; to: number },
    keys: readonly Key[],
    wrapped: readonly Buffer[],
  ): Promise<void>;
}

interface DataKey extends WrappedKey {
  readonly recordId: string;
  readonly dekVersion: number;
}

interface Pepper extends WrappedKey {
  readonly purpose: string;
}

const DATA_KEY = 'record_id AS "recordId", dek_version AS "dekVersion", wrapped';
/** Blocks of the table that are read and written back together: neighbours, so that few pages change at a time. */
const BLOCKS = 24;

const dataKeys: WrappedKeys<DataKey> = {
  // Nothing is added under a retiring epoch, so its keys stay in the blocks that the table has now, or leave them.
  async page(session, epoch, place) {
    const found = await session.query<Omit<DataKey, 'aad'>>({
      name: 'rewrap-page',
      text: `SELECT ${DATA_KEY} FROM vault.data_key
             WHERE ctid >= $1::tid AND ctid < $2::tid AND epoch = $3 AND wrapped IS NOT NULL`,
      values: [`(${String(place)},0)`, `(${String(place + BLOCKS)},0)`, epoch],
    });
    const size = await session.query<{ blocks: number }>(
      `SELECT (pg_relation_size('vault.data_key') / current_setting('block_size')::bigint)::float8 AS blocks`,
    );
    const isLast = place + BLOCKS >= (size.rows[0]?.blocks ?? 0);
    return { keys: found.rows.map(dataKey), next: isLast ? null : place + BLOCKS };
  },

  // Record ids are random, so the next one after a random place is a random one.
  async sample(session, epoch, count) {
    const found = await session.query<Omit<DataKey, 'aad'>>(
      `SELECT DISTINCT k.* FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $2::integer)) AS place,
         LATERAL (SELECT ${DATA_KEY} FROM vault.data_key
                  WHERE record_id >= place.id AND epoch = $1 AND wrapped IS NOT NULL
                  ORDER BY record_id, dek_version LIMIT 1) AS k`,
      [epoch, count],
    );
    return found.rows.map(dataKey);
  },

  async replace(session, { from, to }, keys, wrapped) {
    const ids = keys.map(({ recordId }) => recordId);
    const versions = keys.map(({ dekVersion }) => dekVersion);
    const values = [from, to, ids, versions, wrapped];
    await session.query('SELECT vault.rewrap_data_keys($1, $2, $3, $4, $5)', values);
  },
};

const peppers: WrappedKeys<Pepper> = {
  async page(session, epoch) {
    return { keys: await peppersUnder(session, epoch), next: null };
  },

  sample: (session, epoch) => peppersUnder(session, epoch),

  async replace(session, { from, to }, keys, wrapped) {
    const values = [from, to, keys.map(({ purpose }) => purpose), wrapped];
    await session.query('SELECT vault.rewrap_peppers($1, $2, $3, $4)', values);
  },
};

/** Every table of wrapped keys. */
export const WRAPPED_KEYS: readonly WrappedKeys[] = [peppers, dataKeys];

/** One a purpose: there are few. */
async function peppersUnder(session: EpochSession, epoch: number): Promise<Pepper[]> {
  const found = await session.query<Omit<Pepper, 'aad'>>(
    'SELECT purpose, wrapped FROM vault.index_pepper WHERE epoch = $1',
    [epoch],
  );
  return found.rows.map(pepper);
}

function dataKey({ recordId, dekVersion, wrapped }: Omit<DataKey, 'aad'>): DataKey {
  return { recordId, dekVersion, wrapped, aad: (epoch) => dekAad(recordId, dekVersion, epoch) };
}

function pepper({ purpose, wrapped }: Omit<Pepper, 'aad'>): Pepper {
  return { purpose, wrapped, aad: (epoch) => pepperAad(purpose, epoch) };
}
