import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { metrics } from '@probity/platform';
import { ALARM_CODES } from '@probity/reconciliation';
import type { ReadModelCheck } from './read-model-check.js';
import { ReadModelChecks } from './read-model-checks.js';

const PREFIX = 'probity_reconciliation_';

type Set = (labels: Record<string, string>, value: number) => void;

/** Metrics of the checks of rows. Labels carry read models and codes, never ids. */
@Injectable()
export class ReadModelsTelemetry implements OnModuleInit, OnModuleDestroy {
  readonly #names: string[] = [];

  constructor(@Inject(ReadModelChecks) private readonly checks: ReadModelChecks) {}

  onModuleInit(): void {
    this.#gauge('verified_records', 'Records whose rows are as they were written', [], (check, set) => {
      set({}, check.report().verifiedRecords);
    });
    this.#gauge('uncovered_records', 'Records whose rows cannot be checked', [], (check, set) => {
      set({}, check.report().uncoveredRecords);
    });
    this.#gauge(
      'pass_age_seconds',
      'Time since the last whole pass over the rows ended',
      [],
      (check, set) => {
        const { ageMs } = check.report();
        if (ageMs !== null) set({}, ageMs / 1_000);
      },
    );
    const help = 'Alarms that are not resolved; any other value than 0 wakes somebody';
    this.#gauge('open_alarms', help, ['code'], (check, set) => {
      const open = check.alarms();
      for (const code of Object.keys(ALARM_CODES))
        set({ code }, open.filter((alarm) => alarm.code === code).length);
    });
  }

  onModuleDestroy(): void {
    for (const name of this.#names) metrics().removeSingleMetric(name);
  }

  #gauge(
    suffix: string,
    help: string,
    labels: string[],
    fill: (check: ReadModelCheck, set: Set) => void,
  ): void {
    const name = PREFIX + suffix;
    const { checks } = this.checks;
    this.#names.push(name);
    new Gauge({
      name,
      help,
      labelNames: ['projection', ...labels],
      registers: [metrics()],
      collect() {
        this.reset();
        for (const check of checks)
          fill(check, (own, value) => {
            this.set({ projection: check.projection, ...own }, value);
          });
      },
    });
  }
}
