import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { append, AppendQueue, readStreams } from '@probity/event-store';
import type { AppendRequest, AppendSession, SqlClient } from '@probity/event-store';
import type { BatchSigner, UnsignedEvent } from '@probity/events';
import { DomainClock, UuidV7Source, currentTrace, currentTraceparent } from '@probity/platform';
import type { Caller, ProblemError } from '@probity/platform';
import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { GOVERNANCE_SIGNER, POLICY_VERSION } from '../governance.tokens.js';
import { commandRefused } from './window-events.js';
import type { RequestFacts } from './window-events.js';

/** Partitions of the topic that refusals go to (topic manifest). */
const ACCESS_PARTITIONS = 4;

/** Appends the events of governance, signed by its key, in the transaction of the row they go with. */
@Injectable()
export class WindowLog {
  /** Refusals of requests side by side share transactions: whoever sends many cannot make as many commits of them. */
  private readonly refusals: AppendQueue;

  constructor(
    @Inject(GOVERNANCE_SIGNER) private readonly signer: BatchSigner,
    @Inject(POLICY_VERSION) private readonly policyVersion: string,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(UuidV7Source) private readonly ids: UuidV7Source,
    @Inject(DataSource) source: DataSource,
  ) {
    this.refusals = new AppendQueue({ sessions: { connect: () => sessionOf(source) }, ...this.writers() });
  }

  /** What the events of the request under way share. */
  requestOf(caller: Caller): RequestFacts {
    return {
      now: this.clock.now(),
      caller,
      policyVersion: this.policyVersion,
      correlationId: currentTrace()?.traceId ?? randomUUID(),
      traceparent: currentTraceparent(),
      nextId: (at) => this.ids.next(at),
    };
  }

  /**
   * Appends an event in a transaction that is open.
   *
   * @throws AppendRefused when the stream has moved or this service may not write it
   */
  async append(manager: EntityManager, event: UnsignedEvent): Promise<void> {
    await append(await clientOf(manager), {
      events: [event],
      ...this.writers(),
    });
  }

  /**
   * Id of the last event of a window's stream.
   *
   * @throws Error when the store has no event of it: the row and the log have come apart
   */
  async lastEventId(manager: EntityManager, windowId: string): Promise<string> {
    const stream = `windows/${windowId}`;
    const last = (await readStreams(await clientOf(manager), [stream])).get(stream)?.at(-1);
    if (last === undefined) throw new Error(`The store has no event of ${stream}.`);
    return last.header.id;
  }

  /**
   * Records that a command was refused, apart from the command's own transaction, because that is rolled back.
   *
   * @throws QueueRefused when more refusals wait than the queue takes
   */
  async refused(command: string, borough: string, refusal: ProblemError, caller: Caller): Promise<void> {
    const event = commandRefused(
      randomUUID(),
      borough,
      command,
      refusal.problem.code,
      this.requestOf(caller),
    );
    await this.refusals.append({ events: [event] });
  }

  private writers(): Pick<AppendRequest, 'signerOf' | 'partitionsOf'> {
    return {
      signerOf: () => this.signer,
      partitionsOf: (topic) => (topic === 'access' ? ACCESS_PARTITIONS : 1),
    };
  }
}

/** A session of its own; TypeORM takes a broken one out of its pool by itself. */
async function sessionOf(source: DataSource): Promise<AppendSession> {
  const runner = source.createQueryRunner();
  const client = (await runner.connect()) as SqlClient;
  return {
    query: (text, values) => client.query(text, values),
    release: () => void runner.release(),
  };
}

/** The `pg` client of a transaction, so that row and event become durable together. */
async function clientOf(manager: EntityManager): Promise<SqlClient> {
  const runner = manager.queryRunner;
  if (runner === undefined) throw new Error('Events are appended inside a transaction.');
  return (await runner.connect()) as SqlClient;
}
