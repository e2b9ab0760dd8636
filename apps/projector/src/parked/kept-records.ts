import { RangeNotKept } from '@probity/messaging';
import type { KafkaLog } from '@probity/messaging';
import type { ParkedLog } from '@probity/projection';

/** The records that a log still keeps. That it keeps some no longer is no fault here: whoever asks for them finds that they are not there. */
export function keptRecords(log: Pick<KafkaLog, 'read' | 'marks'>): ParkedLog {
  return {
    async *read(topic, partition, from, to) {
      const { low } = await log.marks(topic, partition);
      if (to <= low) return;
      try {
        yield* log.read(topic, partition, from > low ? from : low, to);
      } catch (error) {
        // Cut off at its end, or at its beginning since it was looked at.
        if (!(error instanceof RangeNotKept)) throw error;
      }
    },
  };
}
