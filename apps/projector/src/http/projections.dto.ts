import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { PROJECTION_NAMES } from '../projections/hosted-projection.js';
import type { ProjectionName } from '../projections/hosted-projection.js';

/** Greatest length of a reason, in characters. */
const MAX_REASON = 500;
const SHA256 = /^[0-9a-f]{64}$/;

/** Read model in a path. */
export class ProjectionParam {
  @ApiProperty({ enum: PROJECTION_NAMES })
  @IsIn(PROJECTION_NAMES)
  projection!: ProjectionName;
}

/** Body of an act that may have a reason. A reason is kept, so it names no person. */
export class RebuildBody {
  @ApiPropertyOptional({ maxLength: MAX_REASON })
  @IsOptional()
  @IsString()
  @Length(1, MAX_REASON)
  reason?: string;
}

/** Body of a switch. */
export class SwitchBody extends RebuildBody {
  @ApiPropertyOptional({
    pattern: SHA256.source,
    description: 'Digest of the differences that are accepted, as the comparison told it',
  })
  @IsOptional()
  @Matches(SHA256)
  accept?: string;
}

/** Body of a roll back. */
export class RollbackBody {
  @ApiProperty({ maxLength: MAX_REASON })
  @IsString()
  @Length(1, MAX_REASON)
  reason!: string;

  @ApiPropertyOptional({ description: 'Show older rows where this code cannot bring them up' })
  @IsOptional()
  @IsBoolean()
  allowStale?: boolean;
}

/** Body of a drop. */
export class DropBody extends RebuildBody {
  @ApiProperty({ enum: ['next', 'previous'] })
  @IsIn(['next', 'previous'])
  generation!: 'next' | 'previous';
}
