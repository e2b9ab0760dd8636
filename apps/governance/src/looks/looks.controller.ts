import { Looks, NeedsReason, Reason } from '@probity/access-log';
import type { MissingReason, StatedReason } from '@probity/access-log';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { LOG_PURPOSES } from '@probity/domain';
import { Callers, CurrentCaller, decodeCursor, encodeCursor, Refuses } from '@probity/platform';
import type { Caller } from '@probity/platform';
import { DEFAULT_LOOKS, LooksPage, LooksQuery } from './looks.dto.js';
import { LooksReader } from './looks.reader.js';
import { isAskedFor, isLooksPlace, lookView } from './looks.view.js';

/** What a page says of each look. */
const SHOWN_FIELDS = [
  'by',
  'role',
  'action',
  'list',
  'purpose',
  'outcome',
  'borough',
  'subjectCount',
] as const;

/** The log of looks: read for the purposes of DPA 2018 s.62(4), by those who oversee, and never without standing in it. */
@ApiTags('looks')
@Controller('v1/looks')
export class LooksController {
  constructor(
    @Inject(LooksReader) private readonly reader: LooksReader,
    @Inject(Looks) private readonly looks: Looks,
  ) {}

  /** A page of the log in the order of time; `nextCursor` is null at its end. Each page is a look at the log and is logged first. */
  @Get()
  @Callers('data-protection-officer', 'auditor')
  @NeedsReason(LOG_PURPOSES)
  @Refuses(503, 'LOG-001', 'ACC-008')
  @Refuses(400, 'LOG-002', 'PUR-001', 'SCH-001', 'SCH-003')
  @Refuses(403, 'ACC-001', 'PUR-003', 'PUR-004')
  @ApiOkResponse({ type: LooksPage })
  async list(
    @Query() query: LooksQuery,
    @CurrentCaller() caller: Caller,
    @Reason() reason: StatedReason | MissingReason,
  ): Promise<LooksPage> {
    const { limit = DEFAULT_LOOKS, cursor, ...filter } = query;
    const place = decodeCursor(cursor, isLooksPlace) ?? {};
    const look = await this.looks.permitLogUse({ caller, reason });
    const page = await this.reader.page(isAskedFor(query), place, limit);
    const entry = await look.log({
      subjects: [],
      fields: SHOWN_FIELDS,
      query: { ...filter, limit, place: { ...place } },
      basis: page.basis,
    });
    return {
      entry,
      items: page.items.map(lookView),
      notAuthentic: page.notAuthentic,
      nextCursor: page.hasMore ? encodeCursor({ ...page.next }) : null,
    };
  }
}
