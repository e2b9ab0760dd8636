import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { JUSTIFICATION } from '@probity/access-log';
import { BOROUGH_CODES, LOOK_PURPOSES } from '@probity/domain';
import type { ListFamily } from '@probity/domain';
import type { AgreedPart, Agreement } from '@probity/identity-matching';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';

/** Records that one search shows at most: enough to choose from, too few to list by. */
const MOST_FOUND = 20;
export const DEFAULT_FOUND = 5;
const NAME_LENGTH = 80;
/** A letter somewhere: a name of none finds nobody, and would ask by the date of birth alone. */
const HAS_LETTER = /\p{L}/u;
const BORN = /^(18[5-9]\d|19\d\d|20\d\d|21\d\d)(-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))?$/;

/** Who is searched for, and why. A name and a birth: neither alone is a question about one person. */
export class SearchOrder {
  @ApiProperty({ enum: ['matrix', 'safeguarding'], description: 'The list to search in' })
  @IsIn(['matrix', 'safeguarding'])
  family!: ListFamily;

  @ApiPropertyOptional({ enum: BOROUGH_CODES })
  @IsOptional()
  @IsIn(BOROUGH_CODES, { message: '$property must be one of the 32 boroughs' })
  borough?: string;

  @ApiPropertyOptional({
    maxLength: NAME_LENGTH,
    pattern: '\\p{L}',
    description: 'Needed without a given name',
  })
  @ValidateIf(({ familyName, givenName }: SearchOrder) => familyName !== undefined || givenName === undefined)
  @IsString()
  @MaxLength(NAME_LENGTH)
  @Matches(HAS_LETTER, { message: '$property must have a letter' })
  familyName?: string;

  @ApiPropertyOptional({ maxLength: NAME_LENGTH, pattern: '\\p{L}' })
  @IsOptional()
  @IsString()
  @MaxLength(NAME_LENGTH)
  @Matches(HAS_LETTER, { message: '$property must have a letter' })
  givenName?: string;

  @ApiProperty({
    pattern: BORN.source,
    example: '2004-03-09',
    description: 'Date of birth, or its year alone',
  })
  @Matches(BORN, { message: '$property must be a date YYYY-MM-DD or a year YYYY' })
  born!: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MOST_FOUND, default: DEFAULT_FOUND })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_FOUND)
  limit?: number;

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
}

/** A record that may be of the person who is searched for. Who it is, the door says: `POST /v1/open`. */
export class FoundRecord {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty({ example: '7K3M-9QXA', description: 'What people call the record by' })
  reference!: string;

  @ApiProperty({ enum: BOROUGH_CODES })
  borough!: string;

  @ApiProperty({ enum: ['strong', 'likely', 'possible'] })
  agreement!: Agreement;

  @ApiProperty({
    type: [String],
    example: ['family name, nearly', 'date of birth'],
    description: 'What agrees',
  })
  agreed!: AgreedPart[];
}

/** What was found. */
export class SearchReply {
  @ApiProperty({ format: 'uuid', description: 'Entry of the log of looks' })
  entry!: string;

  @ApiProperty({
    type: [FoundRecord],
    description: 'The best first. Whom the asking person may not see is absent, like those who do not exist',
  })
  items!: FoundRecord[];
}
