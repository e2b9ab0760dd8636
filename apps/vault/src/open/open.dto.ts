import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { JUSTIFICATION } from '@probity/access-log';
import { BOROUGH_CODES, LOOK_PURPOSES } from '@probity/domain';
import type { ListFamily } from '@probity/domain';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
} from 'class-validator';

/** People whom one request may open, and one entry of the log names. */
const MOST_SUBJECTS = 500;

/** Members of an identity that can be shown. */
export const IDENTITY_FIELDS = ['familyName', 'givenName', 'dateOfBirth', 'localRef'] as const;

/** A member of an identity. */
export type IdentityField = (typeof IDENTITY_FIELDS)[number];

/** Whom to open, what of them, and why. */
export class OpenOrder {
  @ApiProperty({ type: [String], format: 'uuid', minItems: 1, maxItems: MOST_SUBJECTS, uniqueItems: true })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_SUBJECTS)
  @ArrayUnique()
  @IsUUID('all', { each: true })
  records!: string[];

  @ApiProperty({ enum: ['matrix', 'safeguarding'], description: 'The list that they stand on' })
  @IsIn(['matrix', 'safeguarding'])
  family!: ListFamily;

  @ApiPropertyOptional({ enum: BOROUGH_CODES })
  @IsOptional()
  @IsIn(BOROUGH_CODES, { message: '$property must be one of the 32 boroughs' })
  borough?: string;

  @ApiProperty({ enum: IDENTITY_FIELDS, isArray: true, minItems: 1, uniqueItems: true })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(IDENTITY_FIELDS, { each: true })
  fields!: IdentityField[];

  @ApiPropertyOptional({ enum: LOOK_PURPOSES, description: 'Required: 400 LOG-002 without it' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  purpose?: string;

  @ApiPropertyOptional({
    minLength: JUSTIFICATION.min,
    maxLength: JUSTIFICATION.max,
    description: 'Required: 400 LOG-002 without it. Logged under seal',
  })
  @IsOptional()
  @IsString()
  @MaxLength(JUSTIFICATION.max)
  justification?: string;

  @ApiPropertyOptional({
    pattern: '^(central|borough:E\\d{8}|partner:[a-z0-9-]{1,64})$',
    description: 'The organisation that it will be given to, where that is another than the asking person’s',
  })
  @IsOptional()
  @Matches(/^(central|borough:E\d{8}|partner:[a-z0-9-]{1,64})$/)
  recipient?: string;
}

/** What was asked for of one person. */
export class OpenedIdentity {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiPropertyOptional()
  familyName?: string;

  @ApiPropertyOptional()
  givenName?: string;

  @ApiPropertyOptional({ format: 'date' })
  dateOfBirth?: string;

  @ApiPropertyOptional()
  localRef?: string;
}

/** The people who could be opened. */
export class OpenReply {
  @ApiProperty({ format: 'uuid', description: 'Entry of the log of looks' })
  entry!: string;

  @ApiProperty({
    type: [OpenedIdentity],
    description:
      'In the order of the request. Whom the asking person may not see is absent, like those who do not exist',
  })
  items!: OpenedIdentity[];
}
