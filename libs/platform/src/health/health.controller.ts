import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { STACK_CONFIG } from '../config/stack-config.js';
import type { ClockMode, StackConfig } from '../config/stack-config.js';
import type { ProcessName } from '../config/process-name.js';
import { DomainClock } from '../clock/domain-clock.js';
import { Public } from '../http/callers.decorator.js';
import { ReadinessRegistry } from './readiness.registry.js';
import type { Readiness } from './readiness.registry.js';

/** What a process is. */
export interface ProcessIdentity {
  process: ProcessName;
  version: string;
}

/** Nest token of the {@link ProcessIdentity}. */
export const PROCESS_IDENTITY = Symbol('PROCESS_IDENTITY');

/** What a process says about itself to anyone who asks. */
export interface ProcessInfo extends ProcessIdentity {
  storeId: string;
  synthetic: boolean;
  clock: { mode: ClockMode; now: string };
}

/** Health for supervisors and load balancers, without a certificate. */
@ApiExcludeController()
@Public()
@Controller()
export class HealthController {
  constructor(
    @Inject(PROCESS_IDENTITY) private readonly identity: ProcessIdentity,
    @Inject(STACK_CONFIG) private readonly config: StackConfig,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(ReadinessRegistry) private readonly readiness: ReadinessRegistry,
  ) {}

  /** The event loop turns. */
  @Get('health/live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** 200 when the process can do its work, 503 otherwise, with the probes that say so. */
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.readiness.check();
    void reply.status(readiness.ready ? 200 : 503);
    return readiness;
  }

  @Get('info')
  info(): ProcessInfo {
    return {
      ...this.identity,
      storeId: this.config.storeId,
      synthetic: this.config.synthetic,
      clock: { mode: this.clock.mode, now: this.clock.now() },
    };
  }
}
