import { Inject, Injectable } from '@nestjs/common';
import { VaultPool } from '../database/vault-pool.js';

/** Tokens of one record. */
export interface RecordTokens {
  readonly recordId: string;
  readonly tokens: readonly Buffer[];
}

/** A record that has some of the tokens that are asked for. */
export interface TokenHit {
  readonly recordId: string;
  readonly borough: string;
  /** Places of its tokens among those asked for, from 0. */
  readonly places: readonly number[];
}

/** Where people are searched for. */
export interface SearchedPlace {
  readonly family: string;
  /** The only borough; `null` for all. */
  readonly borough: string | null;
}

/** Records that are looked at for one question at most; who agrees best is among them, unless a list is wholly of one name. */
const MOST_HITS = 2_000;

/** The table of identity tokens. */
@Injectable()
export class IdentityTokenRepository {
  constructor(@Inject(VaultPool) private readonly pool: VaultPool) {}

  /** Puts tokens in the place of those that the records had. Of a record whose key is destroyed there are none afterwards. */
  async replace(records: readonly RecordTokens[]): Promise<void> {
    await this.pool.query('SELECT vault.index_identities($1::uuid[], $2::uuid[], $3::bytea[])', [
      records.map(({ recordId }) => recordId),
      records.flatMap(({ recordId, tokens }) => tokens.map(() => recordId)),
      records.flatMap(({ tokens }) => tokens),
    ]);
  }

  /** Those of the records that have a key, behind a fence or not. */
  async living(recordIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await this.pool.query<{ recordId: string }>(
      'SELECT DISTINCT record_id AS "recordId" FROM vault.data_key WHERE record_id = ANY ($1::uuid[]) AND wrapped IS NOT NULL',
      [recordIds],
    );
    return new Set(rows.map(({ recordId }) => recordId));
  }

  /** Records of a list that have one of the tokens, those with most of them first; nobody behind a fence. */
  async find(tokens: readonly Buffer[], { family, borough }: SearchedPlace): Promise<TokenHit[]> {
    const { rows } = await this.pool.query<TokenHit>({
      name: 'find-by-tokens',
      text: `SELECT t.record_id AS "recordId", k.borough, array_agg(asked.place - 1)::integer[] AS places
             FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (token, place)
             JOIN vault.identity_token t USING (token)
             JOIN LATERAL (SELECT u.borough FROM vault.usable_key u
                           WHERE u.record_id = t.record_id AND u.wrapped IS NOT NULL
                             AND u.family = $2 AND ($3::text IS NULL OR u.borough = $3) LIMIT 1) k ON true
             GROUP BY t.record_id, k.borough ORDER BY count(*) DESC, t.record_id LIMIT $4`,
      values: [tokens, family, borough, MOST_HITS],
    });
    return rows;
  }
}
