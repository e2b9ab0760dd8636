import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import type { LogPosition } from '@probity/projection';
import type { ParkingPlace } from '../parked/parked.service.js';
import { ProjectionParam } from './projections.dto.js';

const MAX_REASON = 500;
const PLACES = ['live', 'next'] as const;
/** Record ids are written with small letters, as they stand in the keys of the topics. */
const RECORD = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TOPIC = /^[a-z]{1,40}\.E[0-9]{8}$/;

/** Query that says in which generation. */
export class GenerationQuery {
  @ApiPropertyOptional({ enum: PLACES, default: 'live' })
  @IsOptional()
  @IsIn(PLACES)
  generation: ParkingPlace = 'live';
}

/** Query of the list. */
export class ParkedQuery extends GenerationQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 500, default: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit = 100;

  @ApiPropertyOptional()
  @IsOptional()
  @IsString()
  @MaxLength(400)
  cursor?: string;
}

/** A record of a read model in a path. */
export class ParkedRecordParam extends ProjectionParam {
  @ApiProperty({ format: 'uuid' })
  @Matches(RECORD)
  recordId!: string;
}

/** A position of a read model's topics in a path. */
export class ParkedPositionParam extends ProjectionParam {
  @ApiProperty({ pattern: TOPIC.source })
  @Matches(TOPIC)
  topic!: string;

  @ApiProperty({ minimum: 0 })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  partition!: number;

  @ApiProperty({ minimum: 0 })
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  offset!: number;
}

/** Body of a redrive or a discard. A reason is kept, so it names no person. */
export class ParkedActBody {
  @ApiProperty({ maxLength: MAX_REASON })
  @IsString()
  @Length(1, MAX_REASON)
  @Matches(/\S/, { message: 'reason must say something' })
  reason!: string;
}

/** Where a page begins. */
export interface ParkedCursor {
  topic: string;
  partition: number;
  offset: number;
}

export function isParkedCursor(value: unknown): value is ParkedCursor {
  if (typeof value !== 'object' || value === null) return false;
  const { topic, partition, offset } = value as Record<string, unknown>;
  return typeof topic === 'string' && TOPIC.test(topic) && isCount(partition) && isCount(offset);
}

export function positionOf({ topic, partition, offset }: ParkedCursor): LogPosition {
  return { topic, partition, offset: BigInt(offset) };
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
