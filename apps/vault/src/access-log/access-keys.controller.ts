import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Callers } from '@probity/platform';
import { Matches } from 'class-validator';
import { AccessKeys } from './access-keys.js';

/** Which month's key is asked for. */
export class AccessKeyOrder {
  @ApiProperty({ example: '2026-11', pattern: String.raw`^\d{4}-(0[1-9]|1[0-2])$` })
  @Matches(/^\d{4}-(0[1-9]|1[0-2])$/)
  month!: string;
}

/** The key of a month. */
export class AccessKeyReply {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty({ minimum: 1 })
  dekVersion!: number;

  @ApiProperty({ description: '32 bytes, base64url' })
  subkey!: string;
}

/** Keys under which the services that show people seal what was asked and why. */
@ApiTags('access')
@Controller('v1/access-keys')
export class AccessKeysController {
  constructor(@Inject(AccessKeys) private readonly keys: AccessKeys) {}

  /** The key of a month of the log of looks; made when it is first asked for. */
  @Post()
  @HttpCode(200)
  @Callers('service:governance', 'service:borough-ingest')
  @ApiOkResponse({ type: AccessKeyReply })
  async keyOf(@Body() { month }: AccessKeyOrder): Promise<AccessKeyReply> {
    const { subkey, ...key } = await this.keys.keyOf(month);
    return { ...key, subkey: subkey.toString('base64url') };
  }
}
