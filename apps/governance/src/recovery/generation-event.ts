import { generationStream } from '@probity/event-store';
import type { TopicGeneration } from '@probity/event-store';
import type { UnsignedEvent } from '@probity/events';
import { sharedFacts, unsealed } from '../windows/window-events.js';
import type { RequestFacts } from '../windows/window-events.js';

/** The only event of a generation's stream: a topic was lost, and begins anew from the store. */
export function generationStarted(generation: TopicGeneration, request: RequestFacts): UnsignedEvent {
  const { id, topic, partition, generation: number, oldNextOffset, events, isIdentity, mapHash } = generation;
  const skeleton = {
    topic,
    partition,
    generation: number,
    oldRecords: oldNextOffset,
    events,
    isIdentity,
    mapHash,
  };
  const type = 'probity.oversight.topic-generation-started.v1';
  return unsealed(
    { type, skeleton, sealed: {} },
    {
      ...sharedFacts(request),
      subject: generationStream(id),
      topic: 'oversight',
      key: id,
      streamversion: 1,
    },
  );
}
