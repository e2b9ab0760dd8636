import type { UnsignedEvent } from '@probity/events';

/** The events of each of some callers, in the order in which it appends them. */
export type CallersEvents = readonly (readonly UnsignedEvent[])[];

/** Deals whole streams out to callers, so that each appends its own in order of version. */
export function dealt(events: readonly UnsignedEvent[], callers: number): CallersEvents {
  const streams = new Map<string, UnsignedEvent[]>();
  for (const event of events) {
    const stream = streams.get(event.header.subject) ?? [];
    stream.push(event);
    streams.set(event.header.subject, stream);
  }
  const hands = Array.from({ length: callers }, (): UnsignedEvent[] => []);
  for (const [place, stream] of [...streams.values()].entries()) hands[place % callers]?.push(...stream);
  return hands;
}

/** Lets all callers append side by side, each one event at a time, the next when the last is durable. */
export async function sideBySide(
  hands: CallersEvents,
  append: (event: UnsignedEvent) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    hands.map(async (events) => {
      for (const event of events) await append(event);
    }),
  );
}
