import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  Callers,
  CurrentCaller,
  Refuses,
  STACK_CONFIG,
  type Caller,
  type StackConfig,
} from '@probity/platform';
import { VAULT_POLICY, type VaultPolicy } from '../access/service-rights.js';
import { digestOfRealStore, notHosted } from '../access/vault-problems.js';
import { DigestOrder, DigestReply } from './digest.dto.js';
import { DigestService } from './digest.service.js';

/** Digests of synthetic records, for comparing two stores that were filled from the same lists. */
@ApiTags('digest')
@Controller('v1/digest')
export class DigestController {
  constructor(
    @Inject(DigestService) private readonly digests: DigestService,
    @Inject(STACK_CONFIG) private readonly config: StackConfig,
    @Inject(VAULT_POLICY) private readonly policy: VaultPolicy,
  ) {}

  /**
   * One line of hashes an event; no plaintext leaves. 403 ACC-005 on a real store, 403 ACC-002 for a record of a borough
   * that the service does not host, 422 KEY-001 for a record that does not open.
   */
  @Post('records')
  @HttpCode(200)
  @Refuses(403, 'ACC-001', 'ACC-002', 'ACC-005')
  @Refuses(422, 'KEY-001')
  @Callers('service:borough-ingest')
  @ApiOkResponse({ type: DigestReply })
  async records(@Body() order: DigestOrder, @CurrentCaller() caller: Caller): Promise<DigestReply> {
    if (!this.config.synthetic) throw digestOfRealStore();
    const hosted = this.policy.lease.get(caller.name)?.boroughs;
    if (!order.records.every(({ borough }) => hosted?.has(borough) ?? false)) throw notHosted();
    return { lines: await this.digests.linesOf(order.records) };
  }
}
