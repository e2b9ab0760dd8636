import { Controller, Inject, UseFilters } from '@nestjs/common';
import type { Type } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { KeepErrors } from '@probity/messaging';
import type { Batch } from '@probity/messaging';
import { MATRIX_HOST, SAFEGUARDING_HOST } from './host-tokens.js';
import type { ProjectionName } from '../projections/hosted-projection.js';
import type { ProjectionHost } from './projection-host.js';

/** Takes the matrix topics' batches to the matrix read model. */
@Controller()
@UseFilters(KeepErrors)
class MatrixBatchController {
  constructor(@Inject(MATRIX_HOST) private readonly host: ProjectionHost) {}

  @EventPattern<string>('projection.matrix')
  async project(@Payload() batch: Batch): Promise<void> {
    await this.host.apply(batch);
  }
}

/** Takes the safeguarding topics' batches to the safeguarding register. */
@Controller()
@UseFilters(KeepErrors)
class SafeguardingBatchController {
  constructor(@Inject(SAFEGUARDING_HOST) private readonly host: ProjectionHost) {}

  @EventPattern<string>('projection.safeguarding')
  async project(@Payload() batch: Batch): Promise<void> {
    await this.host.apply(batch);
  }
}

/** The controller that takes each projection's batches. */
export const BATCH_CONTROLLERS: Readonly<Record<ProjectionName, Type>> = {
  matrix: MatrixBatchController,
  safeguarding: SafeguardingBatchController,
};
