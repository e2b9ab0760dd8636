import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, CurrentCaller, Refuses } from '@probity/platform';
import type { Caller } from '@probity/platform';
import type { GenerationDifference } from '@probity/projection';
import { GENERATIONS } from '../generations/generation-tokens.js';
import type { GenerationReport, GenerationService } from '../generations/generation.service.js';
import { notBuiltHere } from './not-built-here.js';
import { DropBody, ProjectionParam, RebuildBody, RollbackBody, SwitchBody } from './projections.dto.js';

const AFTERWARDS = 'The generations as they are afterwards';

/** Generations of the read models that this process builds: built beside, compared, switched, rolled back, dropped. */
@ApiTags('projections')
@Callers('operator')
@Controller('v1/projections')
export class ProjectionsController {
  constructor(@Inject(GENERATIONS) private readonly services: readonly GenerationService[]) {}

  /** The generations of a read model, how far a rebuild is, and what was done by whom. */
  @Get(':projection')
  report(@Param() param: ProjectionParam): Promise<GenerationReport> {
    return this.#of(param).report();
  }

  /** Begins to build the next generation, or goes on with it, in the background. */
  @Post(':projection/rebuild')
  @Refuses(409, 'PRJ-011', 'PRJ-018')
  @Refuses(422, 'PRJ-017')
  @HttpCode(202)
  @ApiAcceptedResponse({ description: AFTERWARDS })
  rebuild(
    @Param() param: ProjectionParam,
    @Body() { reason }: RebuildBody,
    @CurrentCaller() { name }: Caller,
  ): Promise<GenerationReport> {
    return this.#of(param).rebuild({ who: name, why: reason ?? null });
  }

  /** Compares the next generation with the live one: tables, keys and columns, never a value. */
  @Get(':projection/diff')
  @Refuses(404, 'PRJ-001', 'PRJ-010')
  @Refuses(409, 'PRJ-011', 'PRJ-012', 'PRJ-013', 'PRJ-018')
  @ApiOkResponse({ description: 'Whether they are equal, and where they first differ' })
  diff(@Param() param: ProjectionParam): Promise<GenerationDifference> {
    return this.#of(param).diff();
  }

  /** Makes the next generation live, if it is equal or exactly its differences are accepted. */
  @Post(':projection/switch')
  @Refuses(404, 'PRJ-001', 'PRJ-010')
  @Refuses(409, 'PRJ-011', 'PRJ-012', 'PRJ-013', 'PRJ-018')
  @Refuses(422, 'PRJ-014', 'PRJ-015', 'PRJ-017')
  @HttpCode(200)
  @ApiOkResponse({ description: AFTERWARDS })
  switchTo(
    @Param() param: ProjectionParam,
    @Body() { accept, reason }: SwitchBody,
    @CurrentCaller() { name }: Caller,
  ): Promise<GenerationReport> {
    return this.#of(param).switchTo(accept ?? null, { who: name, why: reason ?? null });
  }

  /** Makes the previous generation live again. */
  @Post(':projection/rollback')
  @Refuses(404, 'PRJ-001', 'PRJ-010')
  @Refuses(409, 'PRJ-011', 'PRJ-012', 'PRJ-013', 'PRJ-016', 'PRJ-018')
  @Refuses(422, 'PRJ-014', 'PRJ-015', 'PRJ-017')
  @HttpCode(200)
  @ApiOkResponse({ description: AFTERWARDS })
  rollBack(
    @Param() param: ProjectionParam,
    @Body() { reason, allowStale }: RollbackBody,
    @CurrentCaller() { name }: Caller,
  ): Promise<GenerationReport> {
    return this.#of(param).rollBack(allowStale === true, { who: name, why: reason });
  }

  /** Drops the next or the previous generation; the live one never. */
  @Post(':projection/drop')
  @Refuses(404, 'PRJ-001', 'PRJ-010')
  @Refuses(409, 'PRJ-011', 'PRJ-018')
  @Refuses(422, 'PRJ-017')
  @HttpCode(200)
  @ApiOkResponse({ description: AFTERWARDS })
  drop(
    @Param() param: ProjectionParam,
    @Body() { generation, reason }: DropBody,
    @CurrentCaller() { name }: Caller,
  ): Promise<GenerationReport> {
    return this.#of(param).drop(generation, { who: name, why: reason ?? null });
  }

  #of({ projection }: ProjectionParam): GenerationService {
    const found = this.services.find((service) => service.name === projection);
    if (!found) throw notBuiltHere();
    return found;
  }
}
