import { randomUUID } from 'node:crypto';
import type { EventFacts, PlainEvent, UnsignedEvent } from '@probity/events';
import { sealEvent } from '@probity/sealing';
import type { RecordKey } from '@probity/sealing';

/** Who acts, under which model and when: the same for every event of one import. */
export interface ActingFacts {
  readonly actor: string;
  readonly actorkind: 'human' | 'service';
  readonly purpose: string;
  readonly policyVersion: string;
  /** Domain time now. */
  readonly now: () => string;
  /** The instant that the decision holds from. */
  readonly decidedAt: string;
  /** Next UUIDv7 for an instant. */
  readonly nextId: (at: string) => string;
}

/** The stream of a new or growing record or group. */
export interface StreamFacts {
  readonly stream: string;
  readonly key: string;
  readonly topic: string;
  readonly borough: string;
}

/** An event of a stream; valid from another instant than the decision where it tells of an earlier fact. */
export interface StreamEvent extends PlainEvent {
  readonly occurredAt?: string;
}

/** Makes events out of what deciders gave: header, ids, correlation and seal. */
export class EventFactory {
  constructor(private readonly acting: ActingFacts) {}

  /**
   * The events of one stream from a version on. They share a correlation id that no other record has, and each is
   * caused by the one before it (docs/explanation/architecture.md: neither ever spans two persons' records).
   */
  stream(
    at: StreamFacts,
    firstVersion: number,
    events: readonly StreamEvent[],
    key: RecordKey,
  ): UnsignedEvent[] {
    const correlationid = randomUUID();
    const built: UnsignedEvent[] = [];
    for (const event of events) {
      const cause = built.at(-1);
      const facts = {
        ...this.#facts(event.type, at, firstVersion + built.length, correlationid),
        ...(event.occurredAt === undefined ? {} : { occurredat: event.occurredAt }),
        ...(cause ? { causationid: cause.header.id } : {}),
      };
      built.push(sealEvent(facts, event, key));
    }
    return built;
  }

  /** A refusal of a command, in a stream of its own that leads to nobody. */
  refusal(event: PlainEvent, borough: string): UnsignedEvent {
    const id = randomUUID();
    const at = { stream: `refusals/${id}`, key: id, topic: 'access', borough };
    return sealEvent(this.#facts(event.type, at, 1, randomUUID()), event, null);
  }

  #facts(type: string, at: StreamFacts, version: number, correlationid: string): EventFacts {
    const { actor, actorkind, purpose, policyVersion, decidedAt } = this.acting;
    const time = this.acting.now();
    return {
      id: this.acting.nextId(time),
      source: `/boroughs/${at.borough}`,
      type,
      subject: at.stream,
      time,
      topic: at.topic,
      key: at.key,
      streamversion: version,
      occurredat: decidedAt,
      policyversion: policyVersion,
      actor,
      actorkind,
      purpose,
      correlationid,
    };
  }
}
