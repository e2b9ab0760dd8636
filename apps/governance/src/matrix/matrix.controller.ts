import { Looks, NeedsReason, Reason } from '@probity/access-log';
import type { MissingReason, StatedReason } from '@probity/access-log';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { LOOK_PURPOSES } from '@probity/domain';
import { Callers, CurrentCaller, decodeCursor, encodeCursor, Refuses } from '@probity/platform';
import type { Caller } from '@probity/platform';
import { DEFAULT_LIMIT, MatrixPage, MatrixQuery, MatrixSummary } from './matrix.dto.js';
import { MatrixReader } from './matrix.reader.js';
import { entryView, isMatrixPlace, summaryView } from './matrix.view.js';

/** What a page shows of each entry. */
const SHOWN_FIELDS = ['role', 'band', 'assertion', 'enteredAt', 'reviewDue', 'withholdFrom'] as const;

/** The matrix: pseudonymous, without evidence, in words. Borough people see their own borough of it. */
@ApiTags('matrix')
@Callers('central-team')
@Controller('v1/matrix')
export class MatrixController {
  constructor(
    @Inject(MatrixReader) private readonly matrix: MatrixReader,
    @Inject(Looks) private readonly looks: Looks,
  ) {}

  /** A page of entries; `nextCursor` is null on the last one. Each page is a look: it needs a reason and is logged first. */
  @Get()
  @Callers('borough-officer', 'borough-supervisor', 'central-team', 'data-protection-officer', 'auditor')
  @NeedsReason(LOOK_PURPOSES)
  @Refuses(503, 'LOG-001', 'ACC-008')
  @Refuses(400, 'LOG-002', 'PUR-001', 'SCH-001', 'SCH-003')
  @Refuses(403, 'ACC-001', 'ACC-002', 'ACC-003', 'PUR-002', 'PUR-003')
  @ApiOkResponse({ type: MatrixPage })
  async list(
    @Query() query: MatrixQuery,
    @CurrentCaller() caller: Caller,
    @Reason() reason: StatedReason | MissingReason,
  ): Promise<MatrixPage> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = decodeCursor(query.cursor, isMatrixPlace);
    const asked = { borough: query.borough ?? null, band: query.band ?? null, role: query.role ?? null };
    const look = await this.looks.permit({
      ...{ caller, reason, action: 'LIST_ENTRIES', family: 'matrix', borough: asked.borough },
    });
    const filter = { ...asked, borough: look.borough };
    // One more than asked for tells whether there is a next page.
    const { rows, basis } = await this.matrix.page(filter, after, limit + 1);
    const items = rows.slice(0, limit).map(entryView);
    const last = items.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    const nextCursor = hasMore ? encodeCursor({ borough: last.borough, recordId: last.recordId }) : null;
    await look.log({
      subjects: items.map(({ recordId }) => recordId),
      fields: SHOWN_FIELDS,
      query: { ...filter, limit, after: after === null ? null : { ...after } },
      basis,
    });
    return { items, nextCursor };
  }

  /** How many are on the matrix, by borough and band. */
  @Get('summary')
  @ApiOkResponse({ type: MatrixSummary })
  async summary(): Promise<MatrixSummary> {
    const { asAt, counts } = await this.matrix.counts();
    return summaryView(asAt, counts);
  }
}
