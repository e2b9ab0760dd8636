import { ApiProperty } from '@nestjs/swagger';
import { ROW_KEY_BATCH_LIMIT } from '@probity/sealing';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';

/** A record, by the sealed identity of its first event and what that seal is bound to. */
export class RowKeyRecordBody {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  recordId!: string;

  @ApiProperty({ example: 'E09000012' })
  @Matches(/^E09\d{6}$/)
  borough!: string;

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

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'Envelope.' })
  @IsObject()
  identity!: Record<string, unknown>;
}

/** Records whose row keys are asked for. */
export class RowKeysOrder {
  @ApiProperty({ type: [RowKeyRecordBody], maxItems: ROW_KEY_BATCH_LIMIT })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(ROW_KEY_BATCH_LIMIT)
  @ValidateNested({ each: true })
  @Type(() => RowKeyRecordBody)
  records!: RowKeyRecordBody[];
}

/** The row key of a record. */
export class RowKeyReply {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty({ description: '32 bytes, base64url' })
  rowKey!: string;
}

/** Row keys in answer to an order; a record that does not open is absent. */
export class RowKeysReply {
  @ApiProperty({ type: [RowKeyReply] })
  keys!: RowKeyReply[];
}
