import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import { Callers } from '../http/callers.decorator.js';
import { DomainClock } from './domain-clock.js';
import { Refuses } from '../openapi/refusals.js';

/** The operator's order to move the clock. */
export class ClockOrder {
  @ApiProperty({ format: 'date-time', example: '2026-11-01T09:00:00.000Z' })
  @IsString()
  now!: string;
}

/** What the clock shows. */
export class ClockReading {
  @ApiProperty({ enum: ['controlled', 'real'] })
  mode!: 'controlled' | 'real';

  @ApiProperty({ format: 'date-time' })
  now!: string;
}

/** Domain time of this process, moved by the operator alone. */
@ApiTags('clock')
@Callers('operator')
@Controller('v1/clock')
export class ClockController {
  constructor(@Inject(DomainClock) private readonly clock: DomainClock) {}

  /** What the clock shows. */
  @Get()
  @ApiOkResponse({ type: ClockReading })
  read(): ClockReading {
    return { mode: this.clock.mode, now: this.clock.now() };
  }

  /** Moves the clock forward; answers when the whole process has taken notice. 409 CLK-001 for a time in its past. */
  @Put()
  @Refuses(409, 'CLK-001', 'CLK-002')
  @ApiOkResponse({ type: ClockReading })
  async set(@Body() order: ClockOrder): Promise<ClockReading> {
    await this.clock.advanceTo(order.now);
    return this.read();
  }
}
