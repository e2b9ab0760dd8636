import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller } from '@probity/platform';
import { covers, VAULT_POLICY, type VaultPolicy } from '../access/service-rights.js';
import { notHosted } from '../access/vault-problems.js';
import { VaultMetrics } from '../vault.metrics.js';
import { DataKeyVault } from './data-key.vault.js';
import { FreshKeysOrder, FreshKeysReply } from './fresh-keys.dto.js';

/** Keys for new records. */
@ApiTags('keys')
@Controller('v1/keys')
export class FreshKeysController {
  constructor(
    @Inject(DataKeyVault) private readonly vault: DataKeyVault,
    @Inject(VAULT_POLICY) private readonly policy: VaultPolicy,
    @Inject(VaultMetrics) private readonly figures: VaultMetrics,
  ) {}

  /** Makes keys, durable before they are answered. 403 ACC-002 for a borough that the service does not host. */
  @Post('fresh')
  @HttpCode(200)
  @Callers('service:borough-ingest', 'service:governance')
  @ApiOkResponse({ type: FreshKeysReply })
  async issue(@Body() order: FreshKeysOrder, @CurrentCaller() caller: Caller): Promise<FreshKeysReply> {
    if (!covers(this.policy.issue.get(caller.name), order.family, order.borough)) throw notHosted();
    const keys = await this.vault.issue(order.borough, order.family, order.count);
    this.figures.keysIssued(caller.name, order.family, keys.length);
    return { keys };
  }
}
