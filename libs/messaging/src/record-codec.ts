import type { IHeaders } from 'kafkajs';
import type { ConsumedRecord } from './log-client.js';

/** A record as the client library decodes it. */
export interface RawMessage {
  key: Buffer | null;
  value: Buffer | null;
  timestamp: string;
  offset: string;
  headers?: IHeaders;
}

function headerText(value: Buffer | string | (Buffer | string)[] | undefined): string | undefined {
  const single = Array.isArray(value) ? value[0] : value;
  return single?.toString();
}

/** Headers become text; of a header that is given twice the first counts. An absent key or value becomes empty. */
export function toRecord(message: RawMessage): ConsumedRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const text = headerText(value);
    if (text !== undefined) headers[name] = text;
  }
  return {
    key: message.key?.toString() ?? '',
    value: message.value ?? Buffer.alloc(0),
    headers,
    timestamp: message.timestamp,
    offset: BigInt(message.offset),
  };
}
