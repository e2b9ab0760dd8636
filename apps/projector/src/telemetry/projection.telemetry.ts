import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { DomainClock, ReadinessRegistry, metrics } from '@probity/platform';
import { HOSTS } from '../consumer/host-tokens.js';
import type { ProjectionHost } from '../consumer/projection-host.js';

const PREFIX = 'probity_projection_';

/** Readiness and metrics of the read models: a stuck handler shows in both, because lag is counted from the checkpoint. */
@Injectable()
export class ProjectionTelemetry implements OnModuleInit, OnModuleDestroy {
  readonly #names: string[] = [];

  constructor(
    @Inject(HOSTS) private readonly hosts: readonly ProjectionHost[],
    @Inject(ReadinessRegistry) private readonly readiness: ReadinessRegistry,
    @Inject(DomainClock) private readonly clock: DomainClock,
  ) {}

  onModuleInit(): void {
    for (const host of this.hosts) {
      this.readiness.add({
        name: `consumer-${host.projection.name}`,
        check: () => {
          const { ready, detail, state } = host.consumerHealth();
          const { name } = host.projection;
          const remedy = `run npx probity recover; if the topic is whole, run npx probity projection rebuild ${name}`;
          if (host.hold) return Promise.resolve({ ready: false, ...host.hold });
          return Promise.resolve({ ready, detail, ...(state === 'waiting' && { remedy }) });
        },
      });
    }
    this.#counters();
    this.#lag();
    this.#gauge('halted_partitions', 'Partitions that wait for a person', ['projection'], (set) => {
      for (const host of this.hosts)
        set({ projection: host.projection.name }, host.consumerHealth().halted.length);
    });
    if (this.hosts.some((host) => host.projection.name === 'matrix')) this.#victimRows();
  }

  onModuleDestroy(): void {
    for (const name of this.#names) metrics().removeSingleMetric(name);
  }

  #counters(): void {
    const counts = {
      applied_events_total: ['Events applied since this process took up the live generation', 'applied'],
      duplicate_events_total: ['Redelivered events dropped since then', 'duplicates'],
      batches_total: ['Batches applied since then', 'batches'],
      transactions_total: ['Database transactions that carried them', 'transactions'],
    } as const;
    for (const [suffix, [help, field]] of Object.entries(counts)) {
      const { hosts } = this;
      new Counter({
        name: this.#name(suffix),
        help,
        labelNames: ['projection'],
        registers: [metrics()],
        collect() {
          this.reset();
          for (const host of hosts) this.inc({ projection: host.projection.name }, host.stats[field]);
        },
      });
    }
  }

  #lag(): void {
    this.#gauge(
      'lag_records',
      'End of the partition minus checkpoint',
      ['projection', 'topic'],
      async (set) => {
        for (const host of this.hosts)
          for (const { topic, nextOffset, highWatermark } of await host.report())
            set({ projection: host.projection.name, topic }, Number(highWatermark - nextOffset));
      },
    );
    this.#gauge(
      'event_age_seconds',
      'Domain time minus time of the last event read',
      ['projection'],
      async (set) => {
        for (const host of this.hosts) {
          const times = (await host.checkpoints()).flatMap(({ lastEventTime }) => lastEventTime ?? []);
          const newest = Math.max(...times.map((time) => Date.parse(time)));
          if (times.length > 0)
            set({ projection: host.projection.name }, (Date.parse(this.clock.now()) - newest) / 1000);
        }
      },
    );
  }

  // the constraint makes it impossible, the metric shows it.
  #victimRows(): void {
    const host = this.hosts.find((candidate) => candidate.projection.name === 'matrix');
    const name = 'victim_rows_in_matrix';
    this.#names.push(name);
    this.#register(name, 'Rows of the matrix whose role is not one of harm; always 0', [], async (set) => {
      const result = await host?.pool.query<{ count: number }>(
        `select (select count(*) from matrix.entry where role not in ('SUSPECTED_OFFENDER', 'CONVICTED_OFFENDER'))::int
              + (select count(*) from matrix.entry_version where role not in ('SUSPECTED_OFFENDER', 'CONVICTED_OFFENDER'))::int
                as count`,
      );
      set({}, result?.rows[0]?.count ?? Number.NaN);
    });
  }

  #gauge(suffix: string, help: string, labelNames: string[], fill: Fill): void {
    this.#register(this.#name(suffix), help, labelNames, fill);
  }

  #register(name: string, help: string, labelNames: string[], fill: Fill): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [metrics()],
      async collect() {
        this.reset();
        // A scrape must not fail because one source is away: the figure is absent then, and readiness says why.
        await Promise.resolve(
          fill((labels, value) => {
            this.set(labels, value);
          }),
        ).catch(() => undefined);
      },
    });
  }

  #name(suffix: string): string {
    const name = PREFIX + suffix;
    this.#names.push(name);
    return name;
  }
}

type Fill = (set: (labels: Record<string, string>, value: number) => void) => void | Promise<void>;
