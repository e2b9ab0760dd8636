import { dekAad, pepperAad } from '@probity/sealing';
import type { EpochSession } from './epoch.repository.js';

/** A wrapped key in the words of a rotation. */
export interface WrappedKey {
  readonly wrapped: Buffer;
  /** What it is bound to under an epoch. */
  aad(epoch: number): Buffer;
}

/** A table of wrapped keys. A further one belongs into {@link WRAPPED_KEYS}, or its keys die with their epoch. */
export interface WrappedKeys<Key extends WrappedKey = WrappedKey> {
  /** Living keys under an epoch after one of them, in their order; at most `limit`. */
  after(session: EpochSession, epoch: number, last: Key | null, limit: number): Promise<Key[]>;
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
const NO_RECORD = '00000000-0000-0000-0000-000000000000';

const dataKeys: WrappedKeys<DataKey> = {
  async after(session, epoch, last, limit) {
    const found = await session.query<Omit<DataKey, 'aad'>>({
      name: 'rewrap-page',
      text: `SELECT ${DATA_KEY} FROM vault.data_key
             WHERE (record_id, dek_version) > ($1::uuid, $2::integer) AND epoch = $3 AND wrapped IS NOT NULL
             ORDER BY record_id, dek_version LIMIT $4`,
      values: [last?.recordId ?? NO_RECORD, last?.dekVersion ?? 0, epoch, limit],
    });
    return found.rows.map(dataKey);
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
  async after(session, epoch, last, limit) {
    const found = await session.query<Omit<Pepper, 'aad'>>(
      `SELECT purpose, wrapped FROM vault.index_pepper WHERE purpose > $1 AND epoch = $2 ORDER BY purpose LIMIT $3`,
      [last?.purpose ?? '', epoch, limit],
    );
    return found.rows.map(pepper);
  },

  sample: (session, epoch, count) => peppers.after(session, epoch, null, count),

  async replace(session, { from, to }, keys, wrapped) {
    const values = [from, to, keys.map(({ purpose }) => purpose), wrapped];
    await session.query('SELECT vault.rewrap_peppers($1, $2, $3, $4)', values);
  },
};

/** Every table of wrapped keys. */
export const WRAPPED_KEYS: readonly WrappedKeys[] = [peppers, dataKeys];

function dataKey({ recordId, dekVersion, wrapped }: Omit<DataKey, 'aad'>): DataKey {
  return { recordId, dekVersion, wrapped, aad: (epoch) => dekAad(recordId, dekVersion, epoch) };
}

function pepper({ purpose, wrapped }: Omit<Pepper, 'aad'>): Pepper {
  return { purpose, wrapped, aad: (epoch) => pepperAad(purpose, epoch) };
}
