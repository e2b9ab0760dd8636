import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { Callers, DomainClock, Refuses } from '@probity/platform';
import { SAFEGUARDING_HOST } from '../consumer/host-tokens.js';
import type { ProjectionHost } from '../consumer/projection-host.js';

/** Living registrations by borough and role. */
export interface SafeguardingSummary {
  total: number;
  boroughs: { borough: string; VICTIM: number; AT_RISK: number; total: number }[];
}

interface SummaryRow {
  borough: string;
  victim: number;
  at_risk: number;
}

/** Counts of the safeguarding register; only this process's role can read it. */
@Controller('v1/safeguarding')
export class SafeguardingSummaryController {
  constructor(
    @Inject(SAFEGUARDING_HOST) private readonly host: ProjectionHost,
    @Inject(DomainClock) private readonly clock: DomainClock,
  ) {}

  /** Counts what may be shown at this moment. 404 where the register is not built. */
  @Get('summary')
  @Refuses(404, 'HTTP-404')
  @ApiOkResponse({ description: 'Counts by borough and role' })
  @Callers('operator')
  async summary(): Promise<SafeguardingSummary> {
    const { rows } = await this.host.pool.query<SummaryRow>(
      `select borough, count(*) filter (where role = 'VICTIM')::int as victim,
              count(*) filter (where role = 'AT_RISK')::int as at_risk
         from safeguarding.register where withhold_from > $1 group by borough order by borough`,
      [this.clock.now()],
    );
    const boroughs = rows.map(({ borough, victim, at_risk }) => ({
      borough,
      VICTIM: victim,
      AT_RISK: at_risk,
      total: victim + at_risk,
    }));
    return { total: boroughs.reduce((sum, { total }) => sum + total, 0), boroughs };
  }
}
