import { InvalidArgumentError } from 'commander';

/** A position in a topic. */
export interface ParkedPosition {
  topic: string;
  partition: number;
  offset: number;
}

const POSITION = /^((?:matrix|safeguarding)\.E[0-9]{8})(?:\/([0-9]{1,6}))?@([0-9]{1,15})$/;
const RECORD = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads `matrix.E09000012/0@10432`; without a partition it is the first. */
export function parsePosition(text: string): ParkedPosition {
  const [, topic, partition = '0', offset] = POSITION.exec(text) ?? [];
  if (topic === undefined) throw new InvalidArgumentError('It is written like matrix.E09000012/0@10432.');
  return { topic, partition: Number(partition), offset: Number(offset) };
}

/** Reads a record id, in whatever case it was copied. */
export function parseRecord(text: string): string {
  const record = text.toLowerCase();
  if (!RECORD.test(record)) throw new InvalidArgumentError('It must be a record id, a UUID.');
  return record;
}

/** Writes a position as {@link parsePosition} reads it. */
export function placeOf({ topic, partition, offset }: ParkedPosition): string {
  return `${topic}/${partition}@${offset}`;
}
