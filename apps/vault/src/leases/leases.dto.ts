import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { SealedGroup } from '@probity/events';
import { LEASE_BATCH_LIMIT } from '@probity/sealing';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsUUID,
  Max,
  Min,
} from 'class-validator';

/** What to lease. */
export class LeaseOrder {
  @ApiProperty({ enum: ['case'], description: 'Any other group is refused with ACC-006.' })
  @IsIn(['case', 'identity', 'equality'])
  group!: SealedGroup;

  @ApiProperty({ type: [String], format: 'uuid', maxItems: LEASE_BATCH_LIMIT })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LEASE_BATCH_LIMIT)
  @IsUUID('all', { each: true })
  recordIds!: string[];

  @ApiPropertyOptional({
    format: 'uuid',
    description: 'Random name of the memory that will hold the subkeys, for confirming that it dropped them.',
  })
  @IsOptional()
  @IsUUID('all')
  holder?: string;
}

/** Subkeys that a holder has dropped, with every copy of them. */
export class DroppedOrder {
  @ApiProperty({ type: [String], format: 'uuid', maxItems: LEASE_BATCH_LIMIT })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(LEASE_BATCH_LIMIT)
  @IsUUID('all', { each: true })
  recordIds!: string[];

  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  holder!: string;
}

/** After which fence to go on. */
export class FencesQuery {
  @ApiPropertyOptional({ minimum: 0 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  after?: number;
}

/** Fenced records whose keys the asking service may have leased, and the number to go on after. */
export class FencesReply {
  @ApiProperty({ type: [String], format: 'uuid' })
  recordIds!: string[];

  @ApiProperty({ minimum: 0 })
  last!: number;
}

/** A leased subkey. */
export class LeaseReply {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty({ minimum: 1 })
  dekVersion!: number;

  @ApiProperty({ description: '32 bytes, base64url' })
  subkey!: string;
}

/** Leases in answer to an order; a record that is unknown, fenced, destroyed or not for the service is absent. */
export class LeasesReply {
  @ApiProperty({ type: [LeaseReply] })
  leases!: LeaseReply[];

  @ApiProperty({ maximum: 60, description: 'Seconds from the request until the subkeys must be forgotten.' })
  expiresInSeconds!: number;
}
