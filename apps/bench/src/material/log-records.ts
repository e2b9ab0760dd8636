import type { BatchSigner, UnsignedEvent, WriterProof } from '@probity/events';
import { encodeHeaders } from '@probity/events';
import type { KafkaLog, LogRecord } from '@probity/messaging';

/** Events of one topic, signed as one batch, as the relay would send them. */
export function toRecords(topic: string, events: readonly UnsignedEvent[], signer: BatchSigner): LogRecord[] {
  const { proofs } = signer.sign(
    topic,
    events.map((event) => event.eventHash),
  );
  return events.map((event, place) => toRecord(event, proofs[place] as WriterProof));
}

function toRecord(event: UnsignedEvent, proof: WriterProof): LogRecord {
  const { header, sealedBytes, skeletonBytes } = event;
  const sealed = sealedBytes?.toString('utf8') ?? '{}';
  return {
    key: header.key,
    value: Buffer.from(`{"sealed":${sealed},"skeleton":${skeletonBytes.toString('utf8')}}`),
    headers: encodeHeaders(header, proof),
    timestamp: String(Date.parse(header.time)),
  };
}

/** Cuts a list into consecutive parts. */
export function partsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}

/** How what lies in a topic differs from what was sent to it. */
export interface LogDifference {
  readonly lost: number;
  readonly duplicated: number;
}

/** Reads partition 0 of a topic from an offset to its end and compares the event ids with those that were sent. */
export async function compareTopic(
  log: KafkaLog,
  topic: string,
  from: bigint,
  sent: Iterable<string>,
): Promise<LogDifference> {
  const end = await log.endOffset(topic, 0);
  const seen = new Set<string>();
  let duplicated = 0;
  if (end > from) {
    for await (const { headers } of log.read(topic, 0, from, end)) {
      const id = headers['ce_id'] ?? '';
      if (seen.has(id)) duplicated += 1;
      seen.add(id);
    }
  }
  let lost = 0;
  for (const id of sent) if (!seen.has(id)) lost += 1;
  return { lost, duplicated };
}
