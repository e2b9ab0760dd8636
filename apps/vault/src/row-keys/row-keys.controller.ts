import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller } from '@probity/platform';
import { VAULT_POLICY, type VaultPolicy } from '../access/service-rights.js';
import { notHosted } from '../access/vault-problems.js';
import { RowKeysOrder, RowKeysReply } from './row-keys.dto.js';
import { RowKeysService } from './row-keys.service.js';

/** Row keys of records that the ingest has lost the keys of: after its database was restored. */
@ApiTags('keys')
@Controller('v1/row-keys')
export class RowKeysController {
  constructor(
    @Inject(RowKeysService) private readonly rowKeys: RowKeysService,
    @Inject(VAULT_POLICY) private readonly policy: VaultPolicy,
  ) {}

  /** Keyed hashes of references; no plaintext leaves. 403 ACC-002 for a record of a borough that the service does not host. */
  @Post()
  @HttpCode(200)
  @Callers('service:borough-ingest')
  @ApiOkResponse({ type: RowKeysReply })
  async rowKeysOf(@Body() order: RowKeysOrder, @CurrentCaller() caller: Caller): Promise<RowKeysReply> {
    const hosted = this.policy.lease.get(caller.name)?.boroughs;
    if (!order.records.every(({ borough }) => hosted?.has(borough) ?? false)) throw notHosted();
    return { keys: await this.rowKeys.rowKeysOf(order.records) };
  }
}
