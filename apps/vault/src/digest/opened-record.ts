import type { JsonValue, SealedGroup, Skeleton } from '@probity/events';

/** An event of a record with its groups opened, as long as its digest is being made. */
export interface OpenedEvent {
  readonly type: string;
  /** Position in the stream, from 1. */
  readonly version: number;
  readonly skeleton: Skeleton;
  readonly groups: { readonly [group in SealedGroup]?: JsonValue };
}

/** A record with all its events in the order of their versions. */
export interface OpenedRecord {
  readonly borough: string;
  readonly events: readonly OpenedEvent[];
}
