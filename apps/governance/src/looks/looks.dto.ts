import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { BOROUGH_CODES } from '@probity/domain';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';

export const DEFAULT_LOOKS = 100;
const MOST_LOOKS = 500;
const ACTIONS = ['LIST_ENTRIES', 'OPEN_IDENTITY', 'SEARCH', 'READ_LOG'] as const;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/;

/** Which entries of the log to show. */
export class LooksQuery {
  @ApiPropertyOptional({
    maxLength: 64,
    pattern: '^[A-Za-z0-9-]{1,64}$',
    description: 'Staff id of who looked',
  })
  @IsOptional()
  @Matches(/^[A-Za-z0-9-]{1,64}$/)
  by?: string;

  @ApiPropertyOptional({ enum: ACTIONS })
  @IsOptional()
  @IsIn(ACTIONS)
  action?: (typeof ACTIONS)[number];

  @ApiPropertyOptional({ enum: ['matrix', 'safeguarding', 'log'] })
  @IsOptional()
  @IsIn(['matrix', 'safeguarding', 'log'])
  list?: 'matrix' | 'safeguarding' | 'log';

  @ApiPropertyOptional({ enum: BOROUGH_CODES, description: 'Entries of looks at this borough alone' })
  @IsOptional()
  @IsIn(BOROUGH_CODES, { message: '$property must be one of the 32 boroughs' })
  borough?: string;

  @ApiPropertyOptional({ enum: ['shown', 'refused'] })
  @IsOptional()
  @IsIn(['shown', 'refused'])
  outcome?: 'shown' | 'refused';

  @ApiPropertyOptional({ format: 'date-time', description: 'From this instant on, UTC' })
  @IsOptional()
  @Matches(INSTANT)
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before this instant, UTC' })
  @IsOptional()
  @Matches(INSTANT)
  to?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MOST_LOOKS, default: DEFAULT_LOOKS })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MOST_LOOKS)
  limit?: number;

  @ApiPropertyOptional({ description: 'nextCursor of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(400)
  cursor?: string;
}

/** One look. Whom it was about, what was asked and why stays under seal. */
export class LookView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'looks/2@10432' })
  position!: string;

  @ApiProperty({ format: 'date-time' })
  when!: string;

  @ApiProperty({ description: 'Staff id, or the name of a service' })
  by!: string;

  @ApiProperty()
  role!: string;

  @ApiProperty({ example: 'borough:E09000012' })
  organisation!: string;

  @ApiProperty({ enum: ACTIONS })
  action!: string;

  @ApiProperty({ enum: ['matrix', 'safeguarding', 'log'] })
  list!: string;

  @ApiProperty({ description: 'Code of the purpose that was stated' })
  purpose!: string;

  @ApiProperty({ enum: ['shown', 'refused'] })
  outcome!: 'shown' | 'refused';

  @ApiProperty({ type: [String], description: 'Why it was refused' })
  codes!: string[];

  @ApiProperty({ type: 'string', nullable: true, description: 'The only borough that was looked at' })
  borough!: string | null;

  @ApiProperty({ minimum: 0, description: 'People whom the answer was about' })
  subjectCount!: number;

  @ApiProperty({ type: [String], description: 'What was shown of them' })
  fields!: string[];

  @ApiProperty({ type: 'string', nullable: true, description: 'The organisation that it was given to' })
  recipient!: string | null;
}

/** A page of the log of looks. */
export class LooksPage {
  @ApiProperty({ format: 'uuid', description: 'Entry of this very look at the log' })
  entry!: string;

  @ApiProperty({
    type: [LookView],
    description: 'In the order of time; may be empty although there are more',
  })
  items!: LookView[];

  @ApiProperty({
    minimum: 0,
    description: 'Records in what was read that no writer of this system has signed',
  })
  notAuthentic!: number;

  @ApiProperty({ type: 'string', nullable: true })
  nextCursor!: string | null;
}
