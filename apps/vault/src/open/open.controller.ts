import { Looks, statedReason } from '@probity/access-log';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller, Refuses } from '@probity/platform';
import { DailyCap } from './daily-cap.js';
import { IdentityOpener } from './identity-opener.js';
import { OpenOrder, OpenReply } from './open.dto.js';

/** The one door through which names and dates of birth leave, to a person and for a reason. */
@ApiTags('open')
@Controller('v1/open')
export class OpenController {
  constructor(
    @Inject(Looks) private readonly looks: Looks,
    @Inject(DailyCap) private readonly cap: DailyCap,
    @Inject(IdentityOpener) private readonly opener: IdentityOpener,
  ) {}

  /** Opens identities. The answer leaves only after its entry is in the log of looks: 503 LOG-001 when it cannot be. */
  @Post()
  @Refuses(400, 'LOG-002', 'PUR-001', 'SCH-001', 'SCH-003')
  @Refuses(403, 'ACC-001', 'ACC-002', 'ACC-003', 'PUR-002', 'PUR-003')
  @Refuses(429, 'ACC-010')
  @Refuses(503, 'LOG-001', 'ACC-008')
  @HttpCode(200)
  @Callers(
    'borough-officer',
    'borough-supervisor',
    'child-authority',
    'central-team',
    'safeguarding-lead',
    'data-protection-officer',
    'auditor',
  )
  @ApiOkResponse({ type: OpenReply })
  async open(@Body() order: OpenOrder, @CurrentCaller() caller: Caller): Promise<OpenReply> {
    const { records, fields, family, borough = null, recipient = null } = order;
    const reason = statedReason(order.purpose, order.justification);
    const look = await this.looks.permit({ caller, reason, action: 'OPEN_IDENTITY', family, borough });
    await this.cap.take(caller.name, records.length);
    const items = await this.opener.open(records, fields, { family, borough: look.borough });
    const entry = await look.log({
      ...{ subjects: items.map(({ recordId }) => recordId), fields, recipient },
      ...{ query: { records, fields }, basis: null },
    });
    return { entry, items };
  }
}
