import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers } from '@probity/platform';
import { alarmView } from '@probity/reconciliation';
import { ReadModelChecks } from './read-model-checks.js';
import { ReadModelsRun, ReadModelsView } from './read-model.dto.js';

/** Whether the rows of the read models are as the projections wrote them, for the operator. */
@ApiTags('reconciliation')
@Callers('operator')
@Controller('v1/reconciliation')
export class ReadModelsController {
  constructor(@Inject(ReadModelChecks) private readonly checks: ReadModelChecks) {}

  /** How many records were verified when, and every open alarm. */
  @Get()
  @ApiOkResponse({ type: ReadModelsView })
  read(): ReadModelsView {
    return {
      readModels: this.checks.checks.map((check) => ({
        projection: check.projection,
        ...check.report(),
        alarms: check.alarms().map(alarmView),
      })),
    };
  }

  /** Checks everything once from its beginning and answers what was found. */
  @Post('run')
  @HttpCode(200)
  @ApiOkResponse({ type: ReadModelsRun })
  async run(): Promise<ReadModelsRun> {
    const isComplete = await this.checks.runNow();
    return { ...this.read(), isComplete };
  }
}
