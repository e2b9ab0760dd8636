import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { BOROUGH_CODES } from '@probity/messaging';

/** Query of `GET /v1/digest`. */
export class DigestQuery {
  @ApiPropertyOptional({ description: 'Records and groups of this borough alone.', example: 'E09000012' })
  @IsOptional()
  @IsIn(BOROUGH_CODES)
  borough?: string;
}
