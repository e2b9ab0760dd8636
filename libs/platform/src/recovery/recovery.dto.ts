import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, Matches } from 'class-validator';

const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const CONDITIONS = ['whole', 'store-behind', 'topic-behind', 'topic-lost', 'topic-cut'] as const;
const KINDS = ['topic-behind', 'store-behind', 'topic-lost', 'fault'] as const;
const STATES = ['checking', 'open', 'shut', 'recovering'] as const;

/** What is to be recovered. */
export class RecoveryOrder {
  @ApiProperty({ description: 'Look and count only; nothing is changed.' })
  @IsBoolean()
  dryRun!: boolean;

  @ApiProperty({ required: false, example: 'matrix.E09000012', description: 'This topic alone.' })
  @IsOptional()
  @Matches(TOPIC)
  topic?: string;
}

/** A lane on which store and topic disagree. */
export class RecoveryFinding {
  @ApiProperty()
  topic!: string;

  @ApiProperty()
  partition!: number;

  @ApiProperty({ enum: KINDS })
  kind!: (typeof KINDS)[number];

  @ApiProperty()
  sentence!: string;
}

/** How far a recovery has come, in records read and sent. */
export class RecoveryProgressView {
  @ApiProperty()
  done!: number;

  @ApiProperty()
  total!: number;
}

/** A record that is left where it is. */
export class RefusedRecordView {
  @ApiProperty()
  offset!: number;

  @ApiProperty()
  reason!: string;
}

/** What was found in a lane, and what was done or would be. */
export class RecoveredLane {
  @ApiProperty()
  topic!: string;

  @ApiProperty()
  partition!: number;

  @ApiProperty({ enum: CONDITIONS })
  found!: (typeof CONDITIONS)[number];

  @ApiProperty({ description: 'Records that the topic held.' })
  records!: number;

  @ApiProperty({ description: 'Records that repeat an event.' })
  duplicates!: number;

  @ApiProperty({ description: 'Events taken back into the store.' })
  takenBack!: number;

  @ApiProperty({ description: 'Events sent again to their own offsets.' })
  refilled!: number;

  @ApiProperty({ description: 'Events given to the relay, in the order of the store.' })
  putBack!: number;

  @ApiProperty({ description: 'Events that the topic lacks and that were not sent.' })
  lacking!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Generation of the topic that began.' })
  generation!: number | null;

  @ApiProperty({ description: 'Positions have moved: read models of the topic must be built anew.' })
  haveMoved!: boolean;

  @ApiProperty({ type: [RefusedRecordView] })
  refused!: readonly RefusedRecordView[];
}

/** What was found, lane by lane. */
export class RecoveryReportView {
  @ApiProperty()
  isDryRun!: boolean;

  @ApiProperty({ type: [RecoveredLane] })
  lanes!: readonly RecoveredLane[];
}

/** What the service has made whole beside its lanes, and what cannot be. */
export class RecoveryNotes {
  @ApiProperty({ type: [String], description: 'Sentences for the operator.' })
  remarks!: readonly string[];

  @ApiProperty({ type: [String], description: 'Ids of records and groups that the vault has no key for.' })
  unopenable!: readonly string[];
}

/** A recovery under way, or the last one. */
export class RecoveryRunView {
  @ApiProperty()
  isDryRun!: boolean;

  @ApiProperty()
  hasEnded!: boolean;

  @ApiProperty({ type: RecoveryProgressView })
  progress!: RecoveryProgressView;

  @ApiProperty({ type: RecoveryReportView, nullable: true })
  report!: RecoveryReportView | null;

  @ApiProperty({ type: RecoveryNotes, nullable: true })
  notes!: RecoveryNotes | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was broken off.' })
  failure!: string | null;
}

/** How store and topics of a service stand to each other. */
export class RecoveryView {
  @ApiProperty({ enum: STATES, description: 'Commands are taken while it is open.' })
  state!: (typeof STATES)[number];

  @ApiProperty({ type: [RecoveryFinding] })
  findings!: readonly RecoveryFinding[];

  @ApiProperty({ type: RecoveryRunView, nullable: true })
  run!: RecoveryRunView | null;
}
