import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller } from '@probity/platform';
import { identityStaysInside } from '../access/vault-problems.js';
import { VaultMetrics } from '../vault.metrics.js';
import { LEASE_SECONDS, LeaseService } from './lease.service.js';
import { LeaseOrder, LeasesReply } from './leases.dto.js';

/** Subkeys on loan. No person gets one. */
@ApiTags('leases')
@Controller('v1/leases')
export class LeasesController {
  constructor(
    @Inject(LeaseService) private readonly leases: LeaseService,
    @Inject(VaultMetrics) private readonly figures: VaultMetrics,
  ) {}

  /** Leases `case` subkeys. 403 ACC-006 for any other group. */
  @Post()
  @HttpCode(200)
  @Callers('service:borough-ingest', 'service:projector-matrix', 'service:projector-safeguarding')
  @ApiOkResponse({ type: LeasesReply })
  async lease(@Body() order: LeaseOrder, @CurrentCaller() caller: Caller): Promise<LeasesReply> {
    if (order.group !== 'case') {
      this.figures.leasesRefused(caller.name, 'group', order.recordIds.length);
      throw identityStaysInside();
    }
    const leases = await this.leases.leaseCase(caller.name, order.recordIds);
    return { leases, expiresInSeconds: LEASE_SECONDS };
  }
}
