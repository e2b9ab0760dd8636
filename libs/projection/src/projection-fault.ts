/** Position of a record: topic as the event names it, partition, offset. */
export interface LogPosition {
  topic: string;
  partition: number;
  offset: bigint;
}

/**
 * Why a record can never be projected, however often it is tried. The code is stable and the reason holds no personal data.
 *
 * - `FORMAT` the record is not an event of the catalogue's form, or a hash differs from its header
 * - `SIGNATURE` no writer of this topic signed it
 * - `UNKNOWN_TYPE` the projection neither handles nor ignores the type
 * - `STREAM` key, stream and topic do not belong together, or the record id is known from another topic
 * - `GAP` an earlier version of the record is missing
 * - `CONFLICT` another event has the same record and version
 * - `KEY_UNAVAILABLE` the vault gives no key, or another version of it
 * - `UNSEAL` the sealed part does not open or is not JSON
 * - `RULE` the event breaks a rule of the read model, such as a victim in the matrix
 * - `CONSTRAINT` the database refused the rows
 */
export type FaultCode =
  | 'FORMAT'
  | 'SIGNATURE'
  | 'UNKNOWN_TYPE'
  | 'STREAM'
  | 'GAP'
  | 'CONFLICT'
  | 'KEY_UNAVAILABLE'
  | 'UNSEAL'
  | 'RULE'
  | 'CONSTRAINT';

/** A record that stops its partition. Everything before `position` has been applied, nothing from it on. */
export class ProjectionFault extends Error {
  override readonly name = 'ProjectionFault';
  constructor(
    readonly position: LogPosition,
    readonly code: FaultCode,
    readonly reason: string,
  ) {
    super(`${position.topic}@${String(position.offset)}: ${code}: ${reason}`);
  }
}

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
