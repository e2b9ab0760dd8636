import { randomUUID } from 'node:crypto';
import type { BatchSigner, UnsignedEvent, WriterProof } from '@probity/events';
import { SendRejected } from '@probity/messaging';
import type { LogClient } from '@probity/messaging';
import type { AccessEntry, RefusedEntry } from './access-entry.js';
import { LOOKS_TOPIC, consultedEvent, refusedEvent } from './access-event.js';
import type { WritingFacts } from './access-event.js';
import type { AccessKeySource } from './access-key.js';
import { monthOf } from './access-key.js';
import type { LoggingOutcome } from './look-telemetry.js';
import { recordOf } from './record-of.js';

/** What a service writes its looks with. */
export interface AccessLogParts {
  readonly log: Pick<LogClient, 'send'>;
  /** Name of the topic at the broker. */
  readonly brokerTopic: string;
  readonly signer: BatchSigner;
  readonly keys: AccessKeySource;
  /** Domain time, RFC 3339 UTC. */
  readonly now: () => string;
  /** Next UUIDv7 for an instant. */
  readonly nextId: (at: string) => string;
  /** `/central` or `/boroughs/<GSS code>`. */
  readonly source: string;
  readonly policyVersion: string;
  /** Told why an entry was not written, in a sentence without content. */
  readonly report?: (sentence: string) => void;
  /** Told how long each entry was waited for, in seconds of real time. */
  readonly waited?: (seconds: number, outcome: LoggingOutcome) => void;
  /** Trace of the request under way. */
  readonly traceparent?: () => string | undefined;
}

/** A look could not be logged in time, so it must not be taken. Whether the entry is in the log is not known. */
export class LookNotLogged extends Error {
  override readonly name = 'LookNotLogged';
}

/** Partitions of the topic (topic manifest). */
const PARTITIONS = 4;
/** Entries that are signed and sent together, at most. */
const MOST_TOGETHER = 200;
/** How long an entry waits for the end of a send that is under way, before it goes another way, in milliseconds of real time. */
const GATHERED_MS = 5;
/** How long an answer waits for its entry, in milliseconds of real time. */
const PATIENCE_MS = 5_000;
/** Entries that wait at most; more are refused at once. */
const MOST_WAITING = 5_000;

interface Waiting {
  /** Monotonic, in milliseconds. */
  readonly since: number;
  readonly event: UnsignedEvent;
  readonly resolve: () => void;
  readonly reject: (error: LookNotLogged) => void;
}

/**
 * The log of looks: an answer is given only after its entry is acknowledged by every in-sync replica of the broker.
 *
 * While one send is under way, what comes meanwhile gathers and goes with the next: an idle service sends at once, a busy one
 * makes few sends. When that one lasts longer, a send to another partition is begun beside it, so that no slow partition holds
 * up all looks.
 */
export class AccessLog {
  readonly #waiting: Waiting[] = [];
  readonly #free = new Set(Array.from({ length: PARTITIONS }, (_, partition) => partition));

  #gathering: NodeJS.Timeout | undefined;

  constructor(private readonly parts: AccessLogParts) {}

  /**
   * Writes down an answer that is about to be given.
   *
   * @returns id of the entry
   * @throws LookNotLogged when the answer must not be given
   */
  async consulted(entry: AccessEntry): Promise<string> {
    return this.#timed(async () => {
      const writing = this.#writing();
      const key = await this.parts.keys.keyOf(monthOf(writing.now)).catch((error: unknown) => {
        throw this.#failed('the key of the log is not to be had', error);
      });
      return this.#append(consultedEvent(entry, writing, key));
    });
  }

  /** Writes down that a look was refused. @throws LookNotLogged */
  async refused(entry: RefusedEntry): Promise<string> {
    return this.#timed(() => this.#append(refusedEvent(entry, this.#writing())));
  }

  async #timed(write: () => Promise<string>): Promise<string> {
    const began = performance.now();
    let outcome: LoggingOutcome = 'blocked';
    try {
      const id = await write();
      outcome = 'logged';
      return id;
    } finally {
      this.parts.waited?.((performance.now() - began) / 1_000, outcome);
    }
  }

  async #append(event: UnsignedEvent): Promise<string> {
    if (this.#waiting.length >= MOST_WAITING) throw new LookNotLogged('too many looks wait to be logged');
    let timer: NodeJS.Timeout | undefined;
    const acknowledged = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ since: performance.now(), event, resolve, reject });
      timer = setTimeout(() => {
        reject(this.#failed('the log does not answer'));
      }, PATIENCE_MS);
    });
    this.#pump();
    try {
      await acknowledged;
    } finally {
      clearTimeout(timer);
    }
    return event.header.id;
  }

  #pump(): void {
    const [oldest] = this.#waiting;
    const [partition] = this.#free;
    if (oldest === undefined || partition === undefined) return;
    const patience = this.#isSending() ? GATHERED_MS - (performance.now() - oldest.since) : 0;
    if (patience > 0) {
      this.#gathering ??= setTimeout(() => {
        this.#gathering = undefined;
        this.#pump();
      }, patience);
      return;
    }
    this.#free.delete(partition);
    void this.#send(partition, this.#waiting.splice(0, MOST_TOGETHER)).finally(() => {
      this.#free.add(partition);
      this.#pump();
    });
    this.#pump();
  }

  #isSending(): boolean {
    return this.#free.size < PARTITIONS;
  }

  async #send(partition: number, batch: readonly Waiting[]): Promise<void> {
    try {
      const { proofs } = this.parts.signer.sign(
        LOOKS_TOPIC,
        batch.map(({ event }) => event.eventHash),
      );
      const records = batch.map(({ event }, place) => recordOf(event, proofs[place] as WriterProof));
      await this.parts.log.send(this.parts.brokerTopic, partition, records);
      for (const { resolve } of batch) resolve();
    } catch (error) {
      const failure = this.#failed('the log has not taken the entry', error);
      for (const { reject } of batch) reject(failure);
    }
  }

  /** The error of somebody else is told by its name: its message may quote anything. */
  #failed(sentence: string, error?: unknown): LookNotLogged {
    const cause = error instanceof SendRejected ? error.cause : error;
    const name = cause instanceof Error ? ` (${cause.name})` : '';
    this.parts.report?.(`${sentence}${name}`);
    return new LookNotLogged(sentence);
  }

  #writing(): WritingFacts {
    const { now, nextId, source, policyVersion, traceparent } = this.parts;
    const at = now();
    const trace = traceparent?.();
    return {
      ...{ streamId: randomUUID(), eventId: nextId(at), now: at, source, policyVersion },
      correlationId: randomUUID(),
      ...(trace === undefined ? {} : { traceparent: trace }),
    };
  }
}
