import type { AppendRequest, AppendResult, Idempotency, SqlClient } from '../append.js';
import { append, IDEMPOTENCY_HOURS } from '../append.js';
import type { Ground, QueuedAppend, StreamState, Verdict } from './fit.js';
import { fit, keyOf, merge } from './fit.js';

/** Who signs, and how many partitions topics have, for all requests of a queue. */
export type Writers = Pick<AppendRequest, 'signerOf' | 'partitionsOf'>;

/** What became of one request. */
export type Outcome = PromiseSettledResult<AppendResult>;

/** The session was lost while it committed: send the request again, under its idempotency key if it has one. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';

  constructor(cause: unknown) {
    super('whether the events were appended is not known', { cause });
  }
}

// Whatever the login's settings are: an answer means that the events are on disk.
const BEGIN = 'BEGIN; SET LOCAL synchronous_commit = on';

const STREAMS = `SELECT stream, topic, version, fenced_at IS NOT NULL AS is_fenced FROM events.stream
WHERE stream = ANY ($1)`;

/** Appends groups of requests on one session: all that fit in one transaction, signed once a topic. */
export class GroupCommit {
  /** Why the session is not to be used again. */
  failure: Error | undefined;

  constructor(
    private readonly session: SqlClient,
    private readonly writers: Writers,
  ) {}

  /** What became of each request, in their order; never rejects. */
  async commit(requests: readonly QueuedAppend[]): Promise<Outcome[]> {
    try {
      return (
        (requests.length > 1 ? await this.#together(requests) : null) ?? (await this.#oneByOne(requests))
      );
    } catch (error) {
      return requests.map(() => rejected(error));
    }
  }

  /** Null when the database did not take them together: then each is to be heard alone. */
  async #together(requests: readonly QueuedAppend[]): Promise<Outcome[] | null> {
    let verdicts: Verdict[] = [];
    const work = async (): Promise<void> => {
      const ground = await this.#survey(requests);
      verdicts = fit(requests, ground);
      const fitting = requests.filter((_, place) => verdicts[place]?.kind === 'append');
      if (fitting.length === 0) return;
      await this.#takeKeys(fitting.flatMap(({ idempotency }) => idempotency ?? []));
      await append(this.session, { ...merge(fitting, ground), ...this.writers });
    };
    const refusal = await this.#transaction(work);
    return refusal ? null : requests.map((request, place) => outcomeOf(request, verdicts[place] as Verdict));
  }

  async #oneByOne(requests: readonly QueuedAppend[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const request of requests) outcomes.push(await this.#alone(request));
    return outcomes;
  }

  async #alone(request: QueuedAppend): Promise<Outcome> {
    if (this.failure) return rejected(this.failure);
    let value: AppendResult = { isReplay: false, result: null };
    const work = async (): Promise<void> => {
      value = await append(this.session, { ...request, ...this.writers });
    };
    try {
      const refusal = await this.#transaction(work);
      return refusal ? rejected(refusal.error) : { status: 'fulfilled', value };
    } catch (error) {
      return rejected(error);
    }
  }

  /** The error that rolled the work back, if one did. @throws what broke the session; then {@link failure} is set */
  async #transaction(work: () => Promise<void>): Promise<{ readonly error: unknown } | null> {
    await this.#orFail(() => this.session.query(BEGIN), identity);
    try {
      await work();
    } catch (error) {
      await this.#orFail(
        () => this.session.query('ROLLBACK'),
        () => error,
      );
      return { error };
    }
    await this.#orFail(
      () => this.session.query('COMMIT'),
      (error) => new OutcomeUnknown(error),
    );
    return null;
  }

  async #orFail(step: () => Promise<unknown>, told: (error: unknown) => unknown): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.failure = told(error) as Error;
      throw this.failure;
    }
  }

  async #survey(requests: readonly QueuedAppend[]): Promise<Ground> {
    const written = requests.flatMap(({ events }) => events.map(({ header }) => header.subject));
    const read = requests.flatMap(({ reads = [] }) => reads.map(({ stream }) => stream));
    const { rows } = await this.session.query(STREAMS, [[...new Set([...written, ...read])]]);
    const streams = new Map<string, StreamState>();
    for (const row of rows as { stream: string; topic: string; version: number; is_fenced: boolean }[])
      streams.set(row.stream, { topic: row.topic, version: row.version, isFenced: row.is_fenced });
    return {
      streams,
      answered: await this.#answered(requests.flatMap(({ idempotency }) => idempotency ?? [])),
    };
  }

  async #answered(keys: readonly Idempotency[]): Promise<Ground['answered']> {
    if (keys.length === 0) return new Map();
    const { rows } = await this.session.query('SELECT key_mac, result FROM events.answered($1, $2, $3)', [
      keys.map((key) => key.keyMac),
      keys.map((key) => key.requestMac),
      keys.map((key) => key.now),
    ]);
    return new Map(
      (rows as { key_mac: Buffer; result: string | null }[]).map(({ key_mac, result }) => [
        keyOf(key_mac),
        { result },
      ]),
    );
  }

  async #takeKeys(keys: readonly Idempotency[]): Promise<void> {
    if (keys.length === 0) return;
    await this.session.query('SELECT events.take_keys($1, $2, $3, $4, $5)', [
      keys.map((key) => key.keyMac),
      keys.map((key) => key.requestMac),
      keys.map((key) => key.result),
      keys.map((key) => key.now),
      IDEMPOTENCY_HOURS,
    ]);
  }
}

function outcomeOf(request: QueuedAppend, verdict: Verdict): Outcome {
  if (verdict.kind === 'refuse') return rejected(verdict.refusal);
  if (verdict.kind === 'answer') return { status: 'fulfilled', value: verdict.result };
  return { status: 'fulfilled', value: { isReplay: false, result: request.idempotency?.result ?? null } };
}

function rejected(reason: unknown): Outcome {
  return { status: 'rejected', reason };
}

function identity(error: unknown): unknown {
  return error;
}
