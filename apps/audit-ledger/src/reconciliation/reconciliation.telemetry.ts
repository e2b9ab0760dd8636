import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { metrics } from '@probity/platform';
import { ALARM_CODES } from '@probity/reconciliation';
import { Reconciler } from './reconciler.js';

const PREFIX = 'probity_reconciliation_';

type Set = (labels: Record<string, string>, value: number) => void;

/** Metrics of what is verified. Labels carry topics, checks and codes, never ids. */
@Injectable()
export class ReconciliationTelemetry implements OnModuleInit, OnModuleDestroy {
  readonly #names: string[] = [];

  constructor(@Inject(Reconciler) private readonly reconciler: Reconciler) {}

  onModuleInit(): void {
    const { checks } = this.reconciler;
    this.#gauge(
      'verified_offset',
      'Offset up to which a partition is verified',
      ['topic', 'partition'],
      (set) => {
        for (const { lane } of checks.watch.lanes())
          set({ topic: lane.topic, partition: String(lane.partition) }, Number(lane.nextOffset));
      },
    );
    this.#gauge('behind_records', 'Records that wait to be verified', ['topic', 'partition'], (set) => {
      for (const { lane, marks } of checks.watch.lanes())
        if (marks)
          set({ topic: lane.topic, partition: String(lane.partition) }, Number(marks.high - lane.nextOffset));
    });
    this.#gauge('duplicate_records', 'Records that are an event once more', ['topic'], (set) => {
      const byTopic = new Map<string, number>();
      for (const { lane } of checks.watch.lanes())
        byTopic.set(lane.topic, (byTopic.get(lane.topic) ?? 0) + lane.duplicates);
      for (const [topic, count] of byTopic) set({ topic }, count);
    });
    this.#gauge(
      'pass_age_seconds',
      'Time since the last whole pass over the store ended',
      ['check'],
      (set) => {
        for (const check of ['events', 'ciphertext'] as const) {
          const { ageMs } = checks[check].report();
          if (ageMs !== null) set({ check }, ageMs / 1000);
        }
      },
    );
    this.#gauge(
      'open_alarms',
      'Alarms that are not resolved; any other value than 0 wakes somebody',
      ['code'],
      (set) => {
        const open = checks.alarms();
        for (const code of Object.keys(ALARM_CODES))
          set({ code }, open.filter((alarm) => alarm.code === code).length);
      },
    );
  }

  onModuleDestroy(): void {
    for (const name of this.#names) metrics().removeSingleMetric(name);
  }

  #gauge(suffix: string, help: string, labelNames: string[], fill: (set: Set) => void): void {
    const name = PREFIX + suffix;
    this.#names.push(name);
    new Gauge({
      name,
      help,
      labelNames,
      registers: [metrics()],
      collect() {
        this.reset();
        fill((labels, value) => {
          this.set(labels, value);
        });
      },
    });
  }
}
