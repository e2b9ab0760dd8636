import { encodeHeaders } from '@probity/events';
import type { UnsignedEvent, WriterProof } from '@probity/events';
import type { LogRecord } from '@probity/messaging';

/** An event as a record of its topic. */
export function recordOf(
  { header, sealedBytes, skeletonBytes }: UnsignedEvent,
  proof: WriterProof,
): LogRecord {
  const sealed = sealedBytes?.toString('utf8') ?? '{}';
  return {
    key: header.key,
    value: Buffer.from(`{"sealed":${sealed},"skeleton":${skeletonBytes.toString('utf8')}}`),
    headers: encodeHeaders(header, proof),
    timestamp: String(Date.parse(header.time)),
  };
}
