import { IsIn, IsOptional } from 'class-validator';
import { PROJECTION_NAMES } from '../projections/hosted-projection.js';
import type { ProjectionName } from '../projections/hosted-projection.js';

/** Query of `GET /v1/checkpoints`. */
export class CheckpointQuery {
  @IsOptional()
  @IsIn(PROJECTION_NAMES)
  projection?: ProjectionName;
}
