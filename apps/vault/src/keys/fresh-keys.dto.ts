import { ApiProperty } from '@nestjs/swagger';
import { FRESH_KEY_LIMIT } from '@probity/sealing';
import type { KeyFamily } from '@probity/sealing';
import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { KEY_FAMILIES } from './key-family.js';

/** What to make keys for. */
export class FreshKeysOrder {
  @ApiProperty({ example: 'E09000012' })
  @Matches(/^E09\d{6}$/)
  borough!: string;

  @ApiProperty({ enum: KEY_FAMILIES })
  @IsIn(KEY_FAMILIES)
  family!: KeyFamily;

  @ApiProperty({ minimum: 1, maximum: FRESH_KEY_LIMIT })
  @IsInt()
  @Min(1)
  @Max(FRESH_KEY_LIMIT)
  count!: number;
}

/** A key for a new record. */
export class FreshKeyReply {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty({ minimum: 1 })
  dekVersion!: number;

  @ApiProperty({ description: '32 bytes, base64url' })
  dek!: string;
}

/** Keys in answer to an order. */
export class FreshKeysReply {
  @ApiProperty({ type: [FreshKeyReply] })
  keys!: FreshKeyReply[];
}
