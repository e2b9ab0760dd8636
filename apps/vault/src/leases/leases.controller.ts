import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller } from '@probity/platform';
import { identityStaysInside } from '../access/vault-problems.js';
import { VaultMetrics } from '../vault.metrics.js';
import { LEASE_MS } from './lease-time.js';
import { LeaseService } from './lease.service.js';
import { DroppedOrder, LeaseOrder, LeasesReply } from './leases.dto.js';
import { OutstandingLeases } from './outstanding-leases.js';

/** Subkeys on loan. No person gets one. */
@ApiTags('leases')
@Controller('v1/leases')
export class LeasesController {
  constructor(
    @Inject(LeaseService) private readonly leases: LeaseService,
    @Inject(OutstandingLeases) private readonly outstanding: OutstandingLeases,
    @Inject(LEASE_MS) private readonly leaseMs: number,
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
    const recordIds = leases.map(({ recordId }) => recordId);
    this.outstanding.lend(nameOf(caller, order.holder), recordIds);
    return { leases, expiresInSeconds: this.leaseMs / 1000 };
  }

  /** A holder tells that it has dropped subkeys before their leases end. */
  @Post('confirm-dropped')
  @HttpCode(204)
  @Callers('service:borough-ingest', 'service:projector-matrix', 'service:projector-safeguarding')
  @ApiNoContentResponse()
  confirmDropped(@Body() order: DroppedOrder, @CurrentCaller() caller: Caller): void {
    const recordIds = order.recordIds.map((recordId) => recordId.toLowerCase());
    this.outstanding.confirmDropped(nameOf(caller, order.holder), recordIds);
  }
}

/** A service has several memories: processes, threads. One that has no name cannot confirm, and its leases end by time. */
function nameOf(caller: Caller, holder = 'unnamed'): string {
  return `${caller.name} ${holder}`;
}
