import { ApiProperty } from '@nestjs/swagger';
import { AlarmView } from '@probity/reconciliation';

/** How far one partition has been verified. Offsets are numbers of records, so they stay exact as JSON numbers. */
export class VerifiedLane {
  @ApiProperty({ example: 'matrix.E09000012' })
  topic!: string;

  @ApiProperty()
  partition!: number;

  @ApiProperty({ description: 'Offset up to which, exclusive, every record has been verified' })
  verifiedOffset!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'End of the topic; null when it is gone' })
  highWatermark!: number | null;
}

/** The last whole pass of a check that goes round. */
export class PassView {
  @ApiProperty({ enum: ['events', 'ciphertext'] })
  check!: string;

  @ApiProperty({ description: 'Whole passes since the process started' })
  passes!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Real time of the last one, ms' })
  durationMs!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Real time since the last one ended, ms' })
  ageMs!: number | null;
}

/** What reconciliation of event store and topics has verified, and what it has found. */
export class ReconciliationView {
  @ApiProperty({ description: 'Records verified in all topics' })
  verifiedRecords!: number;

  @ApiProperty({ description: 'Records that are an event once more, with the same bytes' })
  duplicates!: number;

  @ApiProperty({ description: 'Records that wait to be verified' })
  behind!: number;

  @ApiProperty({ type: [VerifiedLane] })
  lanes!: VerifiedLane[];

  @ApiProperty({ type: [PassView] })
  passes!: PassView[];

  @ApiProperty({ type: [AlarmView] })
  alarms!: AlarmView[];
}

/** What an order to check everything now came to. */
export class ReconciliationRun extends ReconciliationView {
  @ApiProperty({ description: 'False when it took more than a minute and goes on by itself' })
  isComplete!: boolean;
}
