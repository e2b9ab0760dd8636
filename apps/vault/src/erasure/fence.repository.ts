import { Inject, Injectable } from '@nestjs/common';
import type { KeyFamily } from '@probity/sealing';
import { VaultPool } from '../database/vault-pool.js';
import type { DataKeyRow } from '../keys/data-key.repository.js';

/** A fence, as it is told to holders of leases. */
export interface Fence {
  readonly sequence: number;
  readonly recordId: string;
  readonly family: KeyFamily;
  readonly borough: string;
}

/** What a vault answers about a key that it has destroyed; the same at every call. */
export interface DestructionReceipt {
  readonly recordId: string;
  readonly dekVersions: readonly number[];
  /** Domain time, RFC 3339. */
  readonly destroyedAt: string;
}

/** Fences and destroyed keys. Every act is one statement, and so one transaction. */
@Injectable()
export class FenceRepository {
  constructor(@Inject(VaultPool) private readonly pool: VaultPool) {}

  /** Closes a record's keys away. Returns false when there is no such key. */
  async fence(recordId: string, now: string): Promise<boolean> {
    return this.#acted('ER404', 'SELECT vault.fence_record($1, $2)', [recordId, now]);
  }

  /** Lifts the fence, if there is one. Returns false when the key is destroyed. */
  async lift(recordId: string, now: string): Promise<boolean> {
    return this.#acted('ER410', 'SELECT vault.lift_fence($1, $2)', [recordId, now]);
  }

  /** Destroys every key of a fenced record that is not destroyed yet. */
  async destroy(recordId: string, now: string): Promise<void> {
    await this.pool.query('SELECT vault.destroy_key($1, $2)', [recordId, now]);
  }

  /** The receipt of a record whose keys are all destroyed; null when one of them lives, or there is none. */
  async receiptOf(recordId: string): Promise<DestructionReceipt | null> {
    const { rows } = await this.pool.query<{ version: number; at: Date | null }>(
      `SELECT dek_version AS version, destroyed_at AS at FROM vault.data_key WHERE record_id = $1 ORDER BY dek_version`,
      [recordId],
    );
    const times = rows.flatMap(({ at }) => (at === null ? [] : [at.toISOString()])).sort();
    const destroyedAt = times.at(-1);
    if (destroyedAt === undefined || times.length < rows.length) return null;
    return { recordId, dekVersions: rows.map(({ version }) => version), destroyedAt };
  }

  /** The living keys of a record, fenced or not. */
  async keysOf(recordId: string): Promise<DataKeyRow[]> {
    const { rows } = await this.pool.query<DataKeyRow>(
      `SELECT record_id AS "recordId", dek_version AS "dekVersion", borough, family, epoch, wrapped
       FROM vault.data_key WHERE record_id = $1 AND wrapped IS NOT NULL`,
      [recordId],
    );
    return rows;
  }

  /** Standing fences after a number, in their order, and the number of the last fence that was ever made. */
  async after(sequence: number, limit: number): Promise<{ fences: Fence[]; newest: number }> {
    const { rows } = await this.pool.query<
      { newest: string; sequence: string | null } & Omit<Fence, 'sequence'>
    >({
      name: 'fences-after',
      text: `SELECT n.newest, f.sequence, f.record_id AS "recordId", k.family, k.borough
             FROM (SELECT coalesce(max(sequence), 0) AS newest FROM vault.fence) n
             LEFT JOIN vault.fence f ON f.sequence > $1 AND f.lifted_at IS NULL
             LEFT JOIN LATERAL (SELECT family, borough FROM vault.data_key d WHERE d.record_id = f.record_id LIMIT 1) k ON true
             ORDER BY f.sequence LIMIT $2`,
      values: [sequence, limit],
    });
    const fences = rows.flatMap((row) =>
      row.sequence === null ? [] : [{ ...row, sequence: Number(row.sequence) }],
    );
    return { fences, newest: Number(rows[0]?.newest ?? 0) };
  }

  async #acted(refusal: string, text: string, values: unknown[]): Promise<boolean> {
    try {
      await this.pool.query(text, values);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === refusal) return false;
      throw error;
    }
  }
}
