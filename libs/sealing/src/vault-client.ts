import { randomUUID } from 'node:crypto';
import type { Envelope, EventHeader, SealedGroups, Skeleton } from '@probity/events';
import type { FenceNews } from './fence-watch.js';
import { FenceWatch } from './fence-watch.js';
import { HandedOut } from './handed-out.js';
import { KEY_BYTES } from './hkdf.js';
import type { CaseLease } from './lease-cache.js';
import { LeaseCache } from './lease-cache.js';
import { LeaseBatcher } from './lease-batcher.js';
import type { ClientTls } from './vault-transport.js';
import { VaultTransport } from './vault-transport.js';

/** What a key is for; the vault leases by family. */
export type KeyFamily = 'matrix' | 'safeguarding' | 'group' | 'import' | 'access';

/** A key that no event uses yet. The receiver zeroises `dek` after sealing. */
export interface FreshKey {
  readonly recordId: string;
  readonly dekVersion: number;
  /** 32 bytes. */
  readonly dek: Buffer;
}

/** An event as the vault takes it for a digest: stored parts, and the attributes that its seal is bound to. */
export interface DigestEvent extends Pick<
  EventHeader,
  'source' | 'id' | 'subject' | 'type' | 'streamversion'
> {
  readonly skeleton: Skeleton;
  readonly sealed: SealedGroups;
}

/** A record or group of a synthetic store with all its events, in any order. */
export interface DigestRecord {
  readonly recordId: string;
  readonly borough: string;
  readonly events: readonly DigestEvent[];
}

/** A record whose row key is asked for: the sealed identity of its first event, and what the seal is bound to. */
export interface RowKeyRecord extends Pick<EventHeader, 'source' | 'id' | 'subject' | 'type'> {
  readonly recordId: string;
  readonly borough: string;
  readonly identity: Envelope;
}

/** How to reach the vault. */
export interface VaultClientOptions {
  /** Base address, such as `https://127.0.0.1:4104`. */
  readonly url: string;
  /** The service's own certificate and key, and the authority of the vault's certificate. */
  readonly tls: ClientTls;
  /** Milliseconds until a call gives up while the vault cannot be reached. Default 10 000. */
  readonly deadlineMs?: number;
  /** Leases kept in memory at most. Default 20 000. */
  readonly leaseCapacity?: number;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** Keys that one call of {@link VaultClient.freshKeys} may ask for. */
export const FRESH_KEY_LIMIT = 5000;
/** Records that one call of {@link VaultClient.digestRecords} may hold. */
export const DIGEST_BATCH_LIMIT = 500;
/** Records that one call of {@link VaultClient.rowKeys} may hold. */
export const ROW_KEY_BATCH_LIMIT = 500;
const SWEEP_EVERY_MS = 5000;
const LOOK_EVERY_MS = 1000;

/**
 * Client of the vault for services. It never asks for identities: they are opened only inside the vault.
 *
 * Every method throws `VaultUnavailable` when the vault does not answer before the deadline, and `VaultRefused` when it
 * answers with a refusal.
 */
export class VaultClient {
  readonly #transport: VaultTransport;
  readonly #cache: LeaseCache;
  readonly #batcher: LeaseBatcher;
  readonly #fences: FenceWatch;
  readonly #timers: readonly NodeJS.Timeout[];

  /** @throws RangeError when the address is not an `https:` one: keys never travel in clear. */
  constructor(options: VaultClientOptions) {
    if (new URL(options.url).protocol !== 'https:')
      throw new RangeError('the vault is reached over https alone');
    const now = options.now ?? (() => performance.now());
    this.#transport = new VaultTransport(options.url, options.tls, options.deadlineMs ?? 10_000);
    const handedOut = new HandedOut(now);
    this.#cache = new LeaseCache(options.leaseCapacity ?? 20_000, now, handedOut);
    // A name for this memory: a service may have several, and each drops what it holds by itself.
    const holder = randomUUID();
    this.#batcher = new LeaseBatcher(
      (body) => this.#transport.post('/v1/leases', { ...body, holder }),
      this.#cache,
      now,
      (recordId) => this.#fences.bars(recordId),
    );
    this.#fences = new FenceWatch(this.#newsFor(holder), {
      cache: this.#cache,
      handedOut,
      isAsking: (recordId) => this.#batcher.isAsking(recordId),
    });
    this.#timers = [
      setInterval(() => {
        this.#cache.sweep();
      }, SWEEP_EVERY_MS).unref(),
      setInterval(() => void this.#fences.look(), LOOK_EVERY_MS).unref(),
    ];
  }

  /**
   * Fresh keys for new records of one borough, already durable in the vault.
   *
   * @throws RangeError when `count` is not 1 to 5000.
   */
  async freshKeys(wanted: { borough: string; family: KeyFamily; count: number }): Promise<FreshKey[]> {
    if (!Number.isInteger(wanted.count) || wanted.count < 1 || wanted.count > FRESH_KEY_LIMIT) {
      throw new RangeError(`fresh keys come in calls of 1 to ${String(FRESH_KEY_LIMIT)}`);
    }
    const { keys } = (await this.#transport.post('/v1/keys/fresh', wanted)) as {
      keys: { recordId: string; dekVersion: number; dek: string }[];
    };
    return keys.map((key) => ({ ...key, dek: decodeKey(key.dek) }));
  }

  /**
   * `case` subkeys by record id. Records that are unknown, destroyed or not for the asking service are absent.
   *
   * Calls made at the same time share requests of at most 1000 records; answers are kept for at most the 60 seconds of
   * a lease. The subkeys are copies: use them at once, then zeroise them, which is how the vault hears in the end that a fenced
   * key is in nobody's memory.
   */
  leaseCase(recordIds: readonly string[]): Promise<Map<string, CaseLease>> {
    return this.#batcher.lease(recordIds);
  }

  /** The `case` subkey of a month of the log of looks, such as `2026-11`. The caller zeroises it. */
  async accessKey(month: string): Promise<CaseLease & { readonly recordId: string }> {
    const { recordId, dekVersion, subkey } = (await this.#transport.post('/v1/access-keys', { month })) as {
      recordId: string;
      dekVersion: number;
      subkey: string;
    };
    return { recordId, dekVersion, subkey: decodeKey(subkey) };
  }

  /** The 32-byte key under which a borough's rows are recognised again. The caller zeroises it. */
  async indexKey(borough: string): Promise<Buffer> {
    const { key } = (await this.#transport.post('/v1/index-keys', { borough })) as { key: string };
    return decodeKey(key);
  }

  /**
   * One line of hashes for each event of the records, in no meaningful order; on a synthetic store only.
   *
   * @throws RangeError when there are not 1 to 500 records.
   */
  async digestRecords(records: readonly DigestRecord[]): Promise<string[]> {
    if (records.length < 1 || records.length > DIGEST_BATCH_LIMIT) {
      throw new RangeError(`digests come in calls of 1 to ${String(DIGEST_BATCH_LIMIT)} records`);
    }
    const { lines } = (await this.#transport.post('/v1/digest/records', { records })) as { lines: string[] };
    return lines;
  }

  /**
   * Row keys by record id, 32 bytes each, made of the reference in each record's identity, which stays in the vault. Records
   * that the vault has no key for, or that do not open, are absent.
   *
   * @throws RangeError when there are not 1 to 500 records.
   */
  async rowKeys(records: readonly RowKeyRecord[]): Promise<Map<string, Buffer>> {
    if (records.length < 1 || records.length > ROW_KEY_BATCH_LIMIT) {
      throw new RangeError(`row keys come in calls of 1 to ${String(ROW_KEY_BATCH_LIMIT)} records`);
    }
    const { keys } = (await this.#transport.post('/v1/row-keys', { records })) as {
      keys: { recordId: string; rowKey: string }[];
    };
    return new Map(keys.map(({ recordId, rowKey }) => [recordId, decodeKey(rowKey)]));
  }

  /** Zeroise all leases and end all connections. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#cache.clear();
    await this.#transport.close();
  }

  #newsFor(holder: string): FenceNews {
    return {
      after: async (sequence) => {
        const path = sequence === null ? '/v1/fences' : `/v1/fences?after=${String(sequence)}`;
        return (await this.#transport.get(path)) as { recordIds: string[]; last: number };
      },
      confirmDropped: (recordIds) =>
        this.#transport.post('/v1/leases/confirm-dropped', { holder, recordIds }),
    };
  }
}

function decodeKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64url');
  if (key.length !== KEY_BYTES) throw new TypeError('the vault answered with a key of a wrong size');
  return key;
}
