import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { StackConfig } from '@probity/platform';
import { Callers, ProblemError, STACK_CONFIG } from '@probity/platform';
import { DigestQuery } from './digest.dto.js';
import type { StoreDigest } from './digest.service.js';
import { DigestService } from './digest.service.js';

/** For comparing synthetic stores; a real store has no such route to people's data. */
@ApiTags('digest')
@Controller('v1/digest')
export class DigestController {
  constructor(
    private readonly digests: DigestService,
    @Inject(STACK_CONFIG) private readonly config: StackConfig,
  ) {}

  @Get()
  @Callers('operator')
  @ApiOperation({ summary: 'Digest of the store', description: 'ACC-005 on a store of real data.' })
  digest(@Query() { borough }: DigestQuery): Promise<StoreDigest> {
    if (this.config.synthetic) return this.digests.digest(borough);
    throw new ProblemError({
      status: 403,
      code: 'ACC-005',
      title: 'Only for synthetic stores',
      detail: 'A store of real data has no digest under a public key.',
    });
  }
}
