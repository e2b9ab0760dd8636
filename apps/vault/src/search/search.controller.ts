import { Looks, statedReason } from '@probity/access-log';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, type Caller, Refuses } from '@probity/platform';
import { DailyCap } from '../open/daily-cap.js';
import { PersonSearch } from './person-search.js';
import { DEFAULT_FOUND, SearchOrder, SearchReply } from './search.dto.js';

/** What a search says of a record. */
const SHOWN_FIELDS = ['borough', 'agreement', 'agreed'] as const;

/** Searches for one person by name and birth: who may be on a list, and how sure that is. Never a name. */
@ApiTags('search')
@Controller('v1/search')
export class SearchController {
  constructor(
    @Inject(Looks) private readonly looks: Looks,
    @Inject(DailyCap) private readonly cap: DailyCap,
    @Inject(PersonSearch) private readonly people: PersonSearch,
  ) {}

  /** Finds records by name, with tolerance for slips, and date or year of birth. Logged before it answers, found or not. */
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
  @ApiOkResponse({ type: SearchReply })
  async search(@Body() order: SearchOrder, @CurrentCaller() caller: Caller): Promise<SearchReply> {
    const { family, borough = null, familyName, givenName, born, limit = DEFAULT_FOUND } = order;
    const reason = statedReason(order.purpose, order.justification);
    const look = await this.looks.permit({ caller, reason, action: 'SEARCH', family, borough });
    const question = {
      ...(familyName === undefined ? {} : { familyName }),
      ...(givenName === undefined ? {} : { givenName }),
      born,
    };
    const items = await this.people.find(question, { family, borough: look.borough }, limit);
    // Each search counts, so that nobody tries names until one is found.
    await this.cap.take(caller.name, Math.max(1, items.length));
    const subjects = items.map(({ recordId }) => recordId);
    const entry = await look.log({
      subjects,
      fields: SHOWN_FIELDS,
      query: { ...question, limit },
      basis: null,
    });
    return { entry, items };
  }
}
