import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Callers } from '../http/callers.decorator.js';
import { ProblemError } from '../http/problem.js';
import { RecoveryOrder, RecoveryView } from './recovery.dto.js';
import type { StoreGatePort } from './store-gate.port.js';
import { STORE_GATE } from './store-gate.port.js';
import { Refuses } from '../openapi/refusals.js';

/** Recovery of a service's store from its topics, and of its topics from the store, for the operator of the stack. */
@ApiTags('recovery')
@Controller('v1/recovery')
@Callers('operator')
export class RecoveryController {
  constructor(@Inject(STORE_GATE) private readonly gate: StoreGatePort) {}

  @Get()
  @ApiOperation({ summary: 'How store and topics stand to each other, and how far a recovery is' })
  @ApiOkResponse({ type: RecoveryView })
  view(): RecoveryView {
    const { state, findings, run } = this.gate;
    return { state, findings, run };
  }

  @Post()
  @Refuses(409, 'STO-003')
  @HttpCode(202)
  @ApiOperation({ summary: 'Begin a recovery', description: 'STO-003 while one is under way.' })
  @ApiAcceptedResponse({ type: RecoveryView })
  recover(@Body() { dryRun, topic }: RecoveryOrder): RecoveryView {
    if (!this.gate.recover(dryRun, topic === undefined ? undefined : [topic])) throw underWay();
    return this.view();
  }
}

function underWay(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'STO-003',
    title: 'A recovery or comparison is under way',
    detail: 'Store and topics are being compared or recovered already.',
    remedy: 'Wait for its end: the same address tells how far it is.',
  });
}
