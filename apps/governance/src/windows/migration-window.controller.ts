import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import {
  Callers,
  CurrentCaller,
  PersonDecides,
  StoreOpenGuard,
  parseInstant,
  Refuses,
} from '@probity/platform';
import type { Caller } from '@probity/platform';
import {
  WindowCloseBody,
  WindowList,
  WindowPath,
  WindowQuery,
  WindowRequestBody,
  WindowView,
  viewOf,
} from './migration-window.dto.js';
import { MigrationWindowService } from './migration-window.service.js';
import { unreadableAsAt } from './window-refusals.js';

/** The part of a reply that a handler sets. */
interface StatusReply {
  status(code: number): unknown;
}

/**
 * Migration windows: asked for and opened by two people of the central team, closed by the ingest. Nothing is told of them
 * either while the store may lack events: an import must not rest on a window that has been closed.
 */
@ApiTags('migration-windows')
@Controller('v1/migration-windows')
@UseGuards(StoreOpenGuard)
export class MigrationWindowController {
  constructor(@Inject(MigrationWindowService) private readonly windows: MigrationWindowService) {}

  /** Asks for a window; answers 200 with the one that the file has already. */
  @Post()
  @Refuses(409, 'GOV-007', 'GOV-008')
  @Refuses(422, 'AUT-001', 'SCH-003', 'SCH-004')
  @PersonDecides()
  @Callers('central-team')
  @ApiCreatedResponse({ type: WindowView })
  @ApiOkResponse({ type: WindowView })
  async request(
    @Body() body: WindowRequestBody,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: StatusReply,
  ): Promise<WindowView> {
    const asAt = parseInstant(body.asAt);
    if (asAt === null) throw unreadableAsAt();
    const { window, isNew } = await this.windows.request({ ...body, asAt }, caller);
    reply.status(isNew ? 201 : 200);
    return viewOf(window);
  }

  /** Opens a window as the second person. */
  @Post(':id/approve')
  @Refuses(409, 'GOV-007', 'GOV-008')
  @Refuses(422, 'AUT-001')
  @HttpCode(200)
  @PersonDecides()
  @Callers('central-team')
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiOkResponse({ type: WindowView })
  async approve(@Param() path: WindowPath, @CurrentCaller() caller: Caller): Promise<WindowView> {
    return viewOf(await this.windows.approve(path.id, caller));
  }

  /** Closes a window for ever; safe to repeat. */
  @Post(':id/close')
  @Refuses(409, 'GOV-008')
  @HttpCode(200)
  @Callers('service:borough-ingest')
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiOkResponse({ type: WindowView })
  async close(
    @Param() path: WindowPath,
    @Body() body: WindowCloseBody,
    @CurrentCaller() caller: Caller,
  ): Promise<WindowView> {
    return viewOf(await this.windows.close(path.id, body.rows, caller));
  }

  /** Windows of a borough or a file. */
  @Get()
  @Callers('central-team', 'service')
  @ApiOkResponse({ type: WindowList })
  async list(@Query() query: WindowQuery): Promise<WindowList> {
    return { items: (await this.windows.list(query)).map(viewOf) };
  }

  @Get(':id')
  @Callers('central-team', 'service')
  @ApiParam({ name: 'id', format: 'uuid' })
  @ApiOkResponse({ type: WindowView })
  async find(@Param() path: WindowPath): Promise<WindowView> {
    return viewOf(await this.windows.find(path.id));
  }
}
