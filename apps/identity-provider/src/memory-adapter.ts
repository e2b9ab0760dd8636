import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Sessions, grants and codes that are remembered at most; the oldest go first. */
const MOST = 20_000;

interface Entry {
  readonly payload: AdapterPayload;
  /** On the monotonic clock, in milliseconds. */
  readonly until: number;
}

// One store for all models, as the library's adapters are made by model name whenever one is needed.
const entries = new Map<string, Entry>();

/** Keeps what the provider must remember, in memory and bounded: after a restart everybody logs in again. */
export class MemoryAdapter implements Adapter {
  constructor(private readonly model: string) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const key = this.#key(id);
    const until = expiresIn === undefined ? Infinity : performance.now() + expiresIn * 1_000;
    entries.delete(key);
    const oldest = entries.keys().next();
    if (entries.size >= MOST && !oldest.done) entries.delete(oldest.value);
    entries.set(key, { payload, until });
    return Promise.resolve();
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#live(this.#key(id)));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#where((payload) => payload.userCode === userCode));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.#where((payload) => payload.uid === uid));
  }

  async consume(id: string): Promise<void> {
    const payload = this.#live(this.#key(id));
    if (payload) payload.consumed = Math.floor((performance.timeOrigin + performance.now()) / 1_000);
    return Promise.resolve();
  }

  async destroy(id: string): Promise<void> {
    entries.delete(this.#key(id));
    return Promise.resolve();
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key);
    return Promise.resolve();
  }

  #key(id: string): string {
    return `${this.model}:${id}`;
  }

  #live(key: string): AdapterPayload | undefined {
    const entry = entries.get(key);
    if (entry === undefined || entry.until > performance.now()) return entry?.payload;
    entries.delete(key);
    return undefined;
  }

  #where(matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    for (const [key, { payload }] of entries)
      if (key.startsWith(`${this.model}:`) && matches(payload)) return this.#live(key);
    return undefined;
  }
}
