import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Put,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import {
  BodyStream,
  Callers,
  CurrentCaller,
  PersonDecides,
  StoreOpenGuard,
  Refuses,
} from '@probity/platform';
import type { BodyBytes, Caller } from '@probity/platform';
import { ImportIdDto, NewImportDto } from './import.dto.js';
import type { ImportView } from './import.service.js';
import { ImportService } from './import.service.js';

/** The body of an upload: the file as it is. */
const A_FILE = { schema: { type: 'string', format: 'binary' } } as const;

/** A borough's list on its way into the matrix: announce, upload, follow, collect. */
@ApiTags('imports')
@Controller('v1/imports')
@Callers('borough-officer')
export class ImportController {
  constructor(private readonly imports: ImportService) {}

  @Post()
  @Refuses(404, 'SCH-004')
  @Refuses(409, 'GOV-007', 'GOV-008', 'STM-001')
  @Refuses(422, 'SCH-004')
  @Refuses(503, 'STO-001', 'STO-002', 'SVC-001')
  @PersonDecides()
  @ApiCreatedResponse({ description: 'The import waits for its files' })
  @UseGuards(StoreOpenGuard)
  @ApiOperation({
    summary: 'Announce a file',
    description: 'GOV-007 when the file has been read to its end before.',
  })
  announce(
    @Body() announced: NewImportDto,
    @CurrentCaller() caller: Caller,
  ): Promise<{ id: string; state: string }> {
    return this.imports.announce(announced, caller);
  }

  @Put(':id/groups')
  @Refuses(409, 'STM-001')
  @Refuses(422, 'IMP-001', 'IMP-002')
  @UseGuards(StoreOpenGuard)
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'The file has arrived' })
  @ApiConsumes('text/csv', 'application/octet-stream')
  @ApiBody(A_FILE)
  @ApiOperation({ summary: 'Upload the groups file', description: 'Before the list itself; text/csv.' })
  async uploadGroups(
    @Param() { id }: ImportIdDto,
    @BodyStream() body: BodyBytes,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    await this.imports.receiveGroups(id, body, caller);
  }

  @Put(':id/file')
  @Refuses(409, 'STM-001')
  @Refuses(422, 'IMP-001', 'IMP-002', 'IMP-004')
  @UseGuards(StoreOpenGuard)
  @HttpCode(202)
  @ApiAcceptedResponse({ description: 'The file has arrived, and its rows are being decided' })
  @ApiConsumes('application/octet-stream', 'text/csv')
  @ApiBody(A_FILE)
  @ApiOperation({
    summary: 'Upload the list',
    description: 'application/octet-stream; deciding begins when all has arrived.',
  })
  async uploadFile(
    @Param() { id }: ImportIdDto,
    @BodyStream() body: BodyBytes,
    @CurrentCaller() caller: Caller,
  ): Promise<{ id: string; state: string }> {
    return this.imports.receiveFile(id, body, caller);
  }

  @Get(':id')
  @ApiOperation({ summary: 'How far an import has come' })
  view(@Param() { id }: ImportIdDto, @CurrentCaller() caller: Caller): Promise<ImportView> {
    return this.imports.view(id, caller);
  }

  @Get(':id/report')
  @Header('content-type', 'text/csv; charset=utf-8')
  @ApiOperation({ summary: 'The outcome of every row', description: 'Kept for 24 hours for the uploader.' })
  async report(@Param() { id }: ImportIdDto, @CurrentCaller() caller: Caller): Promise<StreamableFile> {
    return new StreamableFile(await this.imports.report(id, caller));
  }

  @Get(':id/problem-rows')
  @Header('content-type', 'application/octet-stream')
  @ApiOperation({
    summary: 'Rows to correct, in the borough’s own dialect',
    description: '404 when there is none.',
  })
  async problemRows(@Param() { id }: ImportIdDto, @CurrentCaller() caller: Caller): Promise<StreamableFile> {
    return new StreamableFile(await this.imports.problemRows(id, caller));
  }
}
