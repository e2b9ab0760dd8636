import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, decodeCursor, encodeCursor } from '@probity/platform';
import { DEFAULT_LIMIT, MatrixPage, MatrixQuery, MatrixSummary } from './matrix.dto.js';
import { MatrixReader } from './matrix.reader.js';
import { entryView, isMatrixPlace, summaryView } from './matrix.view.js';

/** The central matrix for the central team: pseudonymous, without evidence, in words. */
@ApiTags('matrix')
@Callers('central-team')
@Controller('v1/matrix')
export class MatrixController {
  constructor(@Inject(MatrixReader) private readonly matrix: MatrixReader) {}

  /** A page of entries; `nextCursor` is null on the last one. */
  @Get()
  @ApiOkResponse({ type: MatrixPage })
  async list(@Query() query: MatrixQuery): Promise<MatrixPage> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = decodeCursor(query.cursor, isMatrixPlace);
    const filter = { borough: query.borough ?? null, band: query.band ?? null, role: query.role ?? null };
    // One more than asked for tells whether there is a next page.
    const rows = await this.matrix.page(filter, after, limit + 1);
    const items = rows.slice(0, limit).map(entryView);
    const last = items.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    const nextCursor = hasMore ? encodeCursor({ borough: last.borough, recordId: last.recordId }) : null;
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
