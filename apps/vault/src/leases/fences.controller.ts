import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller } from '@probity/platform';
import { covers, VAULT_POLICY, type VaultPolicy } from '../access/service-rights.js';
import { FenceRepository } from '../erasure/fence.repository.js';
import { FencesQuery, FencesReply } from './leases.dto.js';

/** Fences that one answer holds at most. */
const PAGE = 1000;

/** Tells holders of leases which records are fenced, so that they drop the keys before their leases end. */
@ApiTags('leases')
@Controller('v1/fences')
export class FencesController {
  constructor(
    @Inject(FenceRepository) private readonly fences: FenceRepository,
    @Inject(VAULT_POLICY) private readonly policy: VaultPolicy,
  ) {}

  /** Fences after a number, of keys that the service may lease. Without a number: none, and the number to begin with. */
  @Get()
  @Callers('service:borough-ingest', 'service:projector-matrix', 'service:projector-safeguarding')
  @ApiOkResponse({ type: FencesReply })
  async after(@Query() { after }: FencesQuery, @CurrentCaller() caller: Caller): Promise<FencesReply> {
    const { fences, newest } = await this.fences.after(after ?? Number.MAX_SAFE_INTEGER, PAGE);
    const rights = this.policy.lease.get(caller.name);
    return {
      recordIds: fences
        .filter(({ family, borough }) => covers(rights, family, borough))
        .map(({ recordId }) => recordId),
      last: fences.length === PAGE ? (fences.at(-1)?.sequence ?? newest) : newest,
    };
  }
}
