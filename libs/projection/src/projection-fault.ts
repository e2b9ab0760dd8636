/** Position of a record: topic as the event names it, partition, offset. */
export interface LogPosition {
  topic: string;
  partition: number;
  offset: bigint;
}

/**
 * Why a record of the log is not applied. The code is stable and the reason holds no personal data.
 *
 * These say that the record cannot be told to be what it claims, so that its position is rejected and its key goes on:
 * - `FORMAT` it is not an event of the catalogue's form, or a hash differs from its header
 * - `SIGNATURE` no writer of this topic signed it
 * - `STREAM` key, stream and topic do not belong together, or the record id is known from another topic
 * - `CONFLICT` another event with the same record and version has been applied
 *
 * These say that a proved event of this record cannot be applied, so that its key waits:
 * - `UNKNOWN_TYPE` the projection neither handles nor ignores the type
 * - `GAP` an earlier version of the record is missing
 * - `KEY_UNAVAILABLE` the vault gives no key, or another version of it
 * - `UNSEAL` the sealed part does not open or is not JSON
 * - `RULE` the event breaks a rule of the read model, such as a victim in the matrix
 * - `CONSTRAINT` the database refused the rows
 * - `NOT_KEPT` the topic no longer holds the event at the position where it was parked
 * - `BEHIND` an earlier event of the record waits
 */
export type FaultCode =
  | 'FORMAT'
  | 'SIGNATURE'
  | 'STREAM'
  | 'CONFLICT'
  | 'UNKNOWN_TYPE'
  | 'GAP'
  | 'KEY_UNAVAILABLE'
  | 'UNSEAL'
  | 'RULE'
  | 'CONSTRAINT'
  | 'NOT_KEPT'
  | 'BEHIND';

/** Thrown by a fold, which knows no positions: the event breaks a rule of the read model. The message holds no personal data. */
export class UnprojectableEvent extends Error {
  override readonly name = 'UnprojectableEvent';
}

/** Somebody else moved this partition's checkpoint: the batch has had no effect and its positions must be read again. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {
    super(`the checkpoint of ${topic}/${String(partition)} was moved by another process`);
  }
}

/** What was known of parked keys when a transaction was prepared is no longer so: it has had no effect and is prepared again. */
export class ParkingChanged extends Error {
  override readonly name = 'ParkingChanged';
}

/**
 * Why a parked position is not discarded:
 * - `NOT_PARKED` nothing is parked there
 * - `HAS_EFFECT` it holds an event whose effect would be lost
 * - `MAY_BE_MISSING` its record waits for an event that is missing, which this may be
 */
export type DiscardRefusal = 'NOT_PARKED' | 'HAS_EFFECT' | 'MAY_BE_MISSING';

/** A discard that would lose something, or that there is nothing for. */
export class DiscardRefused extends Error {
  override readonly name = 'DiscardRefused';
  constructor(
    readonly refusal: DiscardRefusal,
    readonly position: LogPosition,
  ) {
    super(`${position.topic}/${String(position.partition)}@${String(position.offset)}: ${refusal}`);
  }
}

/** Start-up refusal: the stored rows were made by another definition of the projection. */
export class ProjectionChanged extends Error {
  override readonly name = 'ProjectionChanged';
  constructor(readonly projection: string) {
    super(
      `the read model ${projection} was built by another definition of the projection: ` +
        `run "probity projection rebuild ${projection}", which builds the new one beside it and then switches`,
    );
  }
}

/** Another generation of the read model is live now: whoever wrote for the earlier one reads anew which it is. */
export class GenerationSwitched extends Error {
  override readonly name = 'GenerationSwitched';
  constructor(readonly projection: string) {
    super(`another generation of the read model ${projection} stands in this place`);
  }
}
