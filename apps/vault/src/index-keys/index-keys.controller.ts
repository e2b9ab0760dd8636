import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller } from '@probity/platform';
import { zeroise } from '@probity/sealing';
import { Matches } from 'class-validator';
import { VAULT_POLICY, type VaultPolicy } from '../access/service-rights.js';
import { notHosted } from '../access/vault-problems.js';
import { PepperVault } from '../peppers/pepper.vault.js';

/** Whose row key is asked for. */
export class IndexKeyOrder {
  @ApiProperty({ example: 'E09000012' })
  @Matches(/^E09\d{6}$/)
  borough!: string;
}

/** A row key. */
export class IndexKeyReply {
  @ApiProperty({ description: '32 bytes, base64url' })
  key!: string;
}

/** Keys under which ingest recognises a borough's rows again. */
@ApiTags('keys')
@Controller('v1/index-keys')
export class IndexKeysController {
  constructor(
    @Inject(PepperVault) private readonly peppers: PepperVault,
    @Inject(VAULT_POLICY) private readonly policy: VaultPolicy,
  ) {}

  /** The row key of a hosted borough, the same at every call. 403 ACC-002 for another borough. */
  @Post()
  @HttpCode(200)
  @Callers('service:borough-ingest')
  @ApiOkResponse({ type: IndexKeyReply })
  async indexKey(@Body() order: IndexKeyOrder, @CurrentCaller() caller: Caller): Promise<IndexKeyReply> {
    if (!(this.policy.issue.get(caller.name)?.boroughs.has(order.borough) ?? false)) throw notHosted();
    const key = await this.peppers.indexKey(order.borough);
    const reply = { key: key.toString('base64url') };
    zeroise(key);
    return reply;
  }
}
