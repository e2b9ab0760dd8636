import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Callers } from '@probity/platform';
import { HOSTS } from '../consumer/host-tokens.js';
import type { ProjectionHost } from '../consumer/projection-host.js';
import { CheckpointQuery } from './checkpoint-query.dto.js';
import { notBuiltHere } from './not-built-here.js';

/** How far a read model is. Offsets are numbers of records, so they stay exact as JSON numbers. */
export interface CheckpointsAnswer {
  projection: string;
  version: number;
  positions: { topic: string; partition: number; nextOffset: number; highWatermark: number }[];
  appliedEvents: number;
  duplicates: number;
}

/** Positions of the read models that this process builds. */
@Controller('v1/checkpoints')
export class CheckpointsController {
  constructor(@Inject(HOSTS) private readonly hosts: readonly ProjectionHost[]) {}

  /** The first read model of this process, or the one that is asked for. */
  @Get()
  @Callers('operator')
  async read(@Query() query: CheckpointQuery): Promise<CheckpointsAnswer> {
    const host = query.projection
      ? this.hosts.find((candidate) => candidate.projection.name === query.projection)
      : this.hosts[0];
    if (!host) throw notBuiltHere();
    const report = await host.report();
    const sum = (of: (row: (typeof report)[number]) => bigint): number =>
      Number(report.reduce((total, row) => total + of(row), 0n));
    return {
      projection: host.projection.name,
      version: host.projection.define(host.projection.name).version,
      positions: report.map(({ topic, partition, nextOffset, highWatermark }) => ({
        topic,
        partition,
        nextOffset: Number(nextOffset),
        highWatermark: Number(highWatermark),
      })),
      appliedEvents: sum((row) => row.appliedEvents),
      duplicates: sum((row) => row.duplicates),
    };
  }
}
