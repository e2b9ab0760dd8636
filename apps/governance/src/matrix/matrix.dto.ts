import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { BOROUGH_CODES } from '@probity/domain';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { MATRIX_BANDS, MATRIX_ROLES } from './labels.js';
import type { MatrixBand, MatrixRole } from './labels.js';

/** Entries on a page unless the caller asks for fewer or more. */
export const DEFAULT_LIMIT = 100;

/** Most entries on a page. */
const MAX_LIMIT = 500;

/** Which part of the matrix to show. */
export class MatrixQuery {
  @ApiPropertyOptional({ enum: BOROUGH_CODES })
  @IsOptional()
  @IsIn(BOROUGH_CODES, { message: '$property must be one of the 32 boroughs' })
  borough?: string;

  @ApiPropertyOptional({ enum: MATRIX_BANDS })
  @IsOptional()
  @IsIn(MATRIX_BANDS)
  band?: MatrixBand;

  @ApiPropertyOptional({ enum: MATRIX_ROLES })
  @IsOptional()
  @IsIn(MATRIX_ROLES)
  role?: MatrixRole;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_LIMIT)
  limit?: number;

  @ApiPropertyOptional({ description: 'nextCursor of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(400)
  cursor?: string;
}

/** One entry of the matrix. Never an identity, never evidence. */
export class MatrixEntryView {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty({
    example: '7K3M-9QXA',
    pattern: '^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$',
    description: 'What people call the record by: random, no name, and no key',
  })
  reference!: string;

  @ApiProperty()
  borough!: string;

  @ApiProperty({ enum: MATRIX_ROLES })
  role!: MatrixRole;

  @ApiProperty({ description: 'The role in words, with whether there is a conviction' })
  roleLabel!: string;

  @ApiProperty({ enum: MATRIX_BANDS })
  band!: MatrixBand;

  @ApiProperty()
  bandLabel!: string;

  @ApiProperty({ type: 'string', nullable: true })
  assertion!: string | null;

  @ApiProperty({ format: 'date-time' })
  enteredAt!: string;

  @ApiProperty({ format: 'date-time' })
  reviewDue!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'From then on the entry is not shown unless something new happens',
  })
  withholdFrom!: string;

  @ApiProperty({ description: 'Version of the record' })
  version!: number;

  @ApiProperty({ example: 'E09000012@10432', description: 'Place in the log of the event that this shows' })
  position!: string;
}

/** A page of the matrix. */
export class MatrixPage {
  @ApiProperty({ type: [MatrixEntryView] })
  items!: MatrixEntryView[];

  @ApiProperty({ type: 'string', nullable: true })
  nextCursor!: string | null;
}

/** Entries in each band. */
export class BandCounts {
  @ApiProperty()
  RED!: number;

  @ApiProperty()
  AMBER!: number;

  @ApiProperty()
  GREEN!: number;
}

/** Entries of one borough. */
export class BoroughCounts extends BandCounts {
  @ApiProperty()
  borough!: string;

  @ApiProperty()
  total!: number;
}

/** How many are on the matrix. */
export class MatrixSummary {
  @ApiProperty({ format: 'date-time' })
  asAt!: string;

  @ApiProperty()
  total!: number;

  @ApiProperty({ type: [BoroughCounts] })
  boroughs!: BoroughCounts[];

  @ApiProperty({ type: BandCounts })
  bands!: BandCounts;
}
