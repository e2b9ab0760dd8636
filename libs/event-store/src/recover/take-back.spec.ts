import { describe, expect, it } from '@jest/globals';
import type { TopicEvent } from './topic-event.js';
import { admit } from './take-back.js';

/** As much of an event as its admission looks at. */
function at(offset: number, stream: string, version: number): TopicEvent {
  const header = { subject: stream, streamversion: version };
  return { offset: BigInt(offset), event: { header } } as unknown as TopicEvent;
}

const offsets = (events: readonly TopicEvent[]): number[] => events.map(({ offset }) => Number(offset));

describe('taking events back from a topic', () => {
  it('takes what continues a stream, and a stream that the store never saw', () => {
    const stored = new Set(['a@1']);
    const { admitted, refused } = admit([at(5, 'a', 2), at(6, 'b', 1), at(7, 'a', 3), at(8, 'b', 2)], {
      stored,
      planned: new Set(),
    });
    expect(offsets(admitted)).toEqual([5, 6, 7, 8]);
    expect(refused).toEqual([]);
  });

  it('takes what fills a hole', () => {
    const { admitted } = admit([at(5, 'a', 2)], { stored: new Set(['a@1']), planned: new Set() });
    expect(offsets(admitted)).toEqual([5]);
  });

  it('leaves what would leave a gap, and everything behind it', () => {
    const { admitted, refused } = admit([at(5, 'a', 3), at(6, 'a', 4)], {
      stored: new Set(['a@1']),
      planned: new Set(),
    });
    expect(admitted).toEqual([]);
    expect(refused.map(({ offset }) => offset)).toEqual([5, 6]);
  });

  it('leaves a second history of a stream alone', () => {
    const { refused } = admit([at(5, 'a', 2)], { stored: new Set(['a@1', 'a@2']), planned: new Set() });
    expect(refused).toEqual([{ offset: 5, reason: 'the store has another event of its stream and version' }]);
  });
});
