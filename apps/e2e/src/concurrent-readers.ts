import { randomBytes } from 'node:crypto';
import type { Credentials, ProcessName } from '@probity/platform';
import { Agent, request } from 'undici';
import type { Store } from './store.js';

/** One request for people, known again in the log of looks by its trace. */
interface Look {
  readonly traceId: string;
  /** Rows of the answer; `null` when there was none. */
  readonly rows: number | null;
}

/** What somebody asks for again and again. */
export interface Asking {
  readonly process: ProcessName;
  readonly persona: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly content?: unknown;
}

const AWAY = 'away';

/** Readers who ask one after another without a rest, each over and over, whatever happens to the services. */
export class ConcurrentReaders {
  readonly looks: Look[] = [];
  readonly #agents: Agent[] = [];
  readonly #reading: Promise<unknown>;
  #isStopped = false;
  #answered = 0;

  private constructor(
    private readonly store: Store,
    askings: readonly (readonly [Asking, Credentials])[],
    count: number,
  ) {
    const able = askings.map(([asking, { tls, authorization }]) => ({
      asking,
      authorization: authorization ?? '',
      agent: new Agent({ connect: { ...tls }, connections: 32 }),
    }));
    this.#agents.push(...able.map(({ agent }) => agent));
    const reading: Promise<void>[] = [];
    while (reading.length < count)
      for (const { asking, authorization, agent } of able)
        reading.push(this.#read(asking, authorization, agent));
    this.#reading = Promise.all(reading);
  }

  /** @param count readers, a multiple of the askings, who share them out among them */
  static async start(store: Store, askings: readonly Asking[], count: number): Promise<ConcurrentReaders> {
    const able = await Promise.all(
      askings.map(async (asking) => [asking, await store.people.of(asking.persona)] as const),
    );
    return new ConcurrentReaders(store, able, count);
  }

  /** Answers so far, all readers together. */
  get answered(): number {
    return this.#answered;
  }

  /** Resolves once that many more have been answered. */
  async answersMore(count: number): Promise<void> {
    const enough = this.#answered + count;
    while (this.#answered < enough) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reading;
    await Promise.all(this.#agents.map((agent) => agent.destroy()));
  }

  async #read(asking: Asking, authorization: string, agent: Agent): Promise<void> {
    while (!this.#isStopped) {
      const traceId = randomBytes(16).toString('hex');
      const rows = await this.#ask(asking, { authorization, traceId }, agent).catch(() => AWAY);
      this.looks.push({ traceId, rows: typeof rows === 'number' ? rows : null });
      if (typeof rows === 'number') this.#answered += 1;
      // A service that is not there refuses at once: the others are to be served meanwhile.
      else await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #ask(
    { process, method, path, headers = {}, content }: Asking,
    { authorization, traceId }: { authorization: string; traceId: string },
    dispatcher: Agent,
  ): Promise<number | null> {
    const answer = await request(`https://127.0.0.1:${String(this.store.config.ports[process])}${path}`, {
      ...{ method, dispatcher },
      headers: {
        ...{ authorization, ...headers, traceparent: `00-${traceId}-${'1'.repeat(16)}-00` },
        ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: content === undefined ? null : JSON.stringify(content),
    });
    const text = await answer.body.text();
    return answer.statusCode === 200 ? (JSON.parse(text) as { items: unknown[] }).items.length : null;
  }
}

/** Subjects of every entry of the log of looks, by the trace of its request. */
export async function loggedSubjects(store: Store): Promise<Map<string, number[]>> {
  const log = store.logAs('audit-ledger');
  const found = new Map<string, number[]>();
  for (const partition of [0, 1, 2, 3]) {
    const { low, high } = await log.marks('looks', partition);
    if (low === high) continue;
    for await (const { value, headers } of log.read('looks', partition, low, high)) {
      const traceId = headers['ce_traceparent']?.split('-')[1] ?? '';
      const { skeleton } = JSON.parse(value.toString('utf8')) as { skeleton: { subjectCount?: number } };
      found.set(traceId, [...(found.get(traceId) ?? []), skeleton.subjectCount ?? 0]);
    }
  }
  return found;
}
