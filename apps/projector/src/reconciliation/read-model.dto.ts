import { ApiProperty } from '@nestjs/swagger';
import { AlarmView } from '@probity/reconciliation';

/** What the check of one read model's rows has verified, and what it has found. */
export class CheckedReadModel {
  @ApiProperty({ enum: ['matrix', 'safeguarding'] })
  projection!: string;

  @ApiProperty({ description: 'Records whose rows are as they were written, by the last whole pass' })
  verifiedRecords!: number;

  @ApiProperty({ description: 'Records whose rows were written before rows were digested' })
  uncoveredRecords!: number;

  @ApiProperty({ description: 'Whole passes since the process started' })
  passes!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Real time of the last one, ms' })
  durationMs!: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Real time since the last one ended, ms' })
  ageMs!: number | null;

  @ApiProperty({ type: [AlarmView] })
  alarms!: AlarmView[];
}

/** What the checks of this process's read models have verified and found. */
export class ReadModelsView {
  @ApiProperty({ type: [CheckedReadModel] })
  readModels!: CheckedReadModel[];
}

/** What an order to check everything now came to. */
export class ReadModelsRun extends ReadModelsView {
  @ApiProperty({ description: 'False when it took more than a minute and goes on by itself' })
  isComplete!: boolean;
}
