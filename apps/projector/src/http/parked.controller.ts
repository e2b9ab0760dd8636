import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, decodeCursor, encodeCursor, Refuses } from '@probity/platform';
import type { Caller } from '@probity/platform';
import { PARKED } from '../parked/parked-tokens.js';
import type { ParkedService } from '../parked/parked.service.js';
import { notBuiltHere } from './not-built-here.js';
import {
  GenerationQuery,
  ParkedActBody,
  ParkedPositionParam,
  ParkedQuery,
  ParkedRecordParam,
  isParkedCursor,
  positionOf,
} from './parked.dto.js';
import { detailView, headView, parkedView, redrivenView } from './parked.view.js';
import type { ParkedDetailView, ParkedPage, ParkedView, RedriveAnswer } from './parked.view.js';
import { ProjectionParam } from './projections.dto.js';

/** Events that were not applied: what waits, why, and the way back. Positions and reasons, never payloads. */
@ApiTags('parked')
@Callers('operator')
@Controller('v1/projections/:projection/parked')
export class ParkedController {
  constructor(@Inject(PARKED) private readonly services: readonly ParkedService[]) {}

  /** Parked records by the event that each waits for, and rejected positions, page by page. */
  @Get()
  async list(@Param() param: ProjectionParam, @Query() query: ParkedQuery): Promise<ParkedPage> {
    const after = decodeCursor(query.cursor, isParkedCursor);
    const heads = await this.#of(param).list(query.generation, after && positionOf(after), query.limit + 1);
    const items = heads.slice(0, query.limit).map(headView);
    const last = items.at(-1)?.position;
    const nextCursor = heads.length > query.limit && last ? encodeCursor({ ...last }) : null;
    return { projection: param.projection, items, nextCursor };
  }

  /** Everything that is parked of a record, and what was done about it. */
  @Get('records/:recordId')
  async record(
    @Param() param: ParkedRecordParam,
    @Query() { generation }: GenerationQuery,
  ): Promise<ParkedDetailView> {
    return detailView(param.projection, await this.#of(param).ofRecord(generation, param.recordId));
  }

  /** What is parked at a position, and what was done about it. */
  @Get('positions/:topic/:partition/:offset')
  async position(
    @Param() param: ParkedPositionParam,
    @Query() { generation }: GenerationQuery,
  ): Promise<ParkedDetailView> {
    return detailView(param.projection, await this.#of(param).at(generation, positionOf(param)));
  }

  /** Reads a record's parked events again and applies them in order, up to the first that still cannot be applied. */
  @Post('records/:recordId/redrive')
  @Refuses(409, 'PRK-004')
  @HttpCode(200)
  @ApiOkResponse({ description: 'What became of each position' })
  async redrive(
    @Param() param: ParkedRecordParam,
    @Query() { generation }: GenerationQuery,
    @Body() { reason }: ParkedActBody,
    @CurrentCaller() { name }: Caller,
  ): Promise<RedriveAnswer> {
    const { projection, recordId } = param;
    const outcomes = await this.#of(param).redrive(generation, recordId, { who: name, why: reason });
    return { projection, recordId, outcomes: outcomes.map(redrivenView) };
  }

  /** Forgets a rejected position. What has an effect is refused. */
  @Post('positions/:topic/:partition/:offset/discard')
  @Refuses(409, 'PRK-004')
  @Refuses(422, 'PRK-002', 'PRK-003')
  @HttpCode(200)
  @ApiOkResponse({ description: 'The position that was forgotten' })
  async discard(
    @Param() param: ParkedPositionParam,
    @Query() { generation }: GenerationQuery,
    @Body() { reason }: ParkedActBody,
    @CurrentCaller() { name }: Caller,
  ): Promise<ParkedView> {
    const asking = { who: name, why: reason };
    return parkedView(await this.#of(param).discard(generation, positionOf(param), asking));
  }

  #of({ projection }: ProjectionParam): ParkedService {
    const found = this.services.find((service) => service.name === projection);
    if (!found) throw notBuiltHere();
    return found;
  }
}
