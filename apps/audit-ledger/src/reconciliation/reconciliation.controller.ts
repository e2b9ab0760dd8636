import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers } from '@probity/platform';
import { alarmView } from '@probity/reconciliation';
import type { MarkedLane } from './lane.js';
import { Reconciler } from './reconciler.js';
import { ReconciliationRun, ReconciliationView } from './reconciliation.dto.js';

/** What is verified and what is not as it should be, for the operator. */
@ApiTags('reconciliation')
@Callers('operator')
@Controller('v1/reconciliation')
export class ReconciliationController {
  constructor(@Inject(Reconciler) private readonly reconciler: Reconciler) {}

  /** How far every topic is verified, when the store was last gone through, and every open alarm. */
  @Get()
  @ApiOkResponse({ type: ReconciliationView })
  read(): ReconciliationView {
    const { watch, events, ciphertext } = this.reconciler.checks;
    const lanes = watch.lanes();
    return {
      verifiedRecords: sum(lanes, ({ lane }) => Number(lane.nextOffset) - lane.unseen),
      duplicates: sum(lanes, ({ lane }) => lane.duplicates),
      behind: sum(lanes, ({ lane, marks }) => Math.max(0, Number((marks?.high ?? 0n) - lane.nextOffset))),
      lanes: lanes.map(({ lane, marks }) => ({
        topic: lane.topic,
        partition: lane.partition,
        verifiedOffset: Number(lane.nextOffset),
        highWatermark: marks === null ? null : Number(marks.high),
      })),
      passes: [
        { check: 'events', ...events.report() },
        { check: 'ciphertext', ...ciphertext.report() },
      ],
      alarms: this.reconciler.checks.alarms().map(alarmView),
    };
  }

  /** Checks everything once from its beginning and answers what was found. */
  @Post('run')
  @HttpCode(200)
  @ApiOkResponse({ type: ReconciliationRun })
  async run(): Promise<ReconciliationRun> {
    const isComplete = await this.reconciler.runNow();
    return { ...this.read(), isComplete };
  }
}

function sum(lanes: readonly MarkedLane[], of: (lane: MarkedLane) => number): number {
  return lanes.reduce((total, lane) => total + of(lane), 0);
}
