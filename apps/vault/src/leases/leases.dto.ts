import { ApiProperty } from '@nestjs/swagger';
import type { SealedGroup } from '@probity/events';
import { LEASE_BATCH_LIMIT } from '@probity/sealing';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsUUID } from 'class-validator';

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

/** Leases in answer to an order; a record that is unknown, destroyed or not for the service is absent. */
export class LeasesReply {
  @ApiProperty({ type: [LeaseReply] })
  leases!: LeaseReply[];

  @ApiProperty({ maximum: 60, description: 'Seconds from the request until the subkeys must be forgotten.' })
  expiresInSeconds!: number;
}
