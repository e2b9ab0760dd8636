import type { Envelope } from '@probity/events';
import { open, seal } from '@probity/sealing';

/** The key of one import: seals the spooled upload, the outcomes and the problem rows, and dies with them. */
export interface ImportKey {
  readonly jobId: string;
  readonly borough: string;
  readonly recordId: string;
  readonly dekVersion: number;
  /** The `case` subkey of the job's own data key, 32 bytes. */
  readonly subkey: Uint8Array;
}

/** What a sealed piece is; bound into the seal, so that pieces cannot change places. */
export type PieceKind = 'file' | 'file-end' | 'groups' | 'groups-end' | 'outcomes';

/** Seal one numbered piece of an import. */
export function sealPiece(key: ImportKey, kind: PieceKind, number: number, bytes: Uint8Array): string {
  return JSON.stringify(seal(key.subkey, 'case', contextOf(key, kind, number), bytes));
}

/** @throws UnsealError when the piece is not this piece of this import. */
export function openPiece(key: ImportKey, kind: PieceKind, number: number, sealed: string): Buffer {
  return open(key.subkey, 'case', contextOf(key, kind, number), JSON.parse(sealed) as Envelope);
}

function contextOf(key: ImportKey, kind: PieceKind, number: number): Parameters<typeof seal>[2] {
  return {
    origin: `/boroughs/${key.borough}`,
    eventId: `${key.jobId}#${String(number)}`,
    streamId: `imports/${key.jobId}`,
    eventType: `probity.import.${kind}`,
    recordId: key.recordId,
    dekVersion: key.dekVersion,
    schemaVersion: 1,
  };
}
