import { ApiProperty } from '@nestjs/swagger';
import { DIGEST_BATCH_LIMIT } from '@probity/sealing';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

/** An event as it is stored, with those attributes of its header that its seal is bound to. */
export class DigestEvent {
  @ApiProperty({ example: '/boroughs/E09000012' })
  @IsString()
  @MaxLength(200)
  source!: string;

  @ApiProperty({ format: 'uuid' })
  @IsString()
  @MaxLength(200)
  id!: string;

  @ApiProperty({ example: 'records/5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2' })
  @IsString()
  @MaxLength(200)
  subject!: string;

  @ApiProperty({ example: 'probity.matrix.entry-proposed.v1' })
  @IsString()
  @MaxLength(200)
  type!: string;

  @ApiProperty({ minimum: 1 })
  @IsInt()
  @Min(1)
  streamversion!: number;

  @ApiProperty({ type: 'object', additionalProperties: true })
  @IsObject()
  skeleton!: Record<string, unknown>;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Envelopes by group.' })
  @IsObject()
  sealed!: Record<string, unknown>;
}

/** A record or group with all its events. */
export class DigestRecord {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  recordId!: string;

  @ApiProperty({ example: 'E09000012' })
  @Matches(/^E09\d{6}$/)
  borough!: string;

  @ApiProperty({ type: [DigestEvent] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @ValidateNested({ each: true })
  @Type(() => DigestEvent)
  events!: DigestEvent[];
}

/** Records to make lines of. */
export class DigestOrder {
  @ApiProperty({ type: [DigestRecord], maxItems: DIGEST_BATCH_LIMIT })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(DIGEST_BATCH_LIMIT)
  @ValidateNested({ each: true })
  @Type(() => DigestRecord)
  records!: DigestRecord[];
}

/** One line an event, to be sorted and hashed with the lines of all other records. */
export class DigestReply {
  @ApiProperty({ type: [String] })
  lines!: string[];
}
