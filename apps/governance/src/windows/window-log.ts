import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { append, readStreams } from '@probity/event-store';
import type { SqlClient } from '@probity/event-store';
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
  constructor(
    @Inject(GOVERNANCE_SIGNER) private readonly signer: BatchSigner,
    @Inject(POLICY_VERSION) private readonly policyVersion: string,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(UuidV7Source) private readonly ids: UuidV7Source,
    @Inject(DataSource) private readonly source: DataSource,
  ) {}

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
      signerOf: () => this.signer,
      partitionsOf: (topic) => (topic === 'access' ? ACCESS_PARTITIONS : 1),
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

  /** Records that a command was refused, in a transaction of its own, because the command's own is rolled back. */
  async refused(command: string, borough: string, refusal: ProblemError, caller: Caller): Promise<void> {
    const event = commandRefused(
      randomUUID(),
      borough,
      command,
      refusal.problem.code,
      this.requestOf(caller),
    );
    await this.source.transaction(async (manager) => this.append(manager, event));
  }
}

/** The `pg` client of a transaction, so that row and event become durable together. */
async function clientOf(manager: EntityManager): Promise<SqlClient> {
  const runner = manager.queryRunner;
  if (runner === undefined) throw new Error('Events are appended inside a transaction.');
  return (await runner.connect()) as SqlClient;
}
