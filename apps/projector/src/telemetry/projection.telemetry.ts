import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import type { ParkedCounts } from '@probity/projection';
import { DomainClock, ReadinessRegistry, metrics } from '@probity/platform';
import { HOSTS } from '../consumer/host-tokens.js';
import type { ProjectionHost } from '../consumer/projection-host.js';
import { PARKED } from '../parked/parked-tokens.js';
import type { ParkedService } from '../parked/parked.service.js';

const PREFIX = 'probity_projection_';
/** How long a notice may take before readiness goes without it, in ms of real time. */
const SOON_MS = 500;

/** Readiness and metrics of the read models: a stuck handler shows in both, because lag is counted from the checkpoint. */
@Injectable()
export class ProjectionTelemetry implements OnModuleInit, OnModuleDestroy {
  readonly #names: string[] = [];

  constructor(
    @Inject(HOSTS) private readonly hosts: readonly ProjectionHost[],
    @Inject(PARKED) private readonly parked: readonly ParkedService[],
    @Inject(ReadinessRegistry) private readonly readiness: ReadinessRegistry,
    @Inject(DomainClock) private readonly clock: DomainClock,
  ) {}

  onModuleInit(): void {
    for (const host of this.hosts) {
      this.readiness.add({
        name: `consumer-${host.projection.name}`,
        check: async () => {
          const { ready, detail, state } = host.consumerHealth();
          const { name } = host.projection;
          const remedy = `run npx probity recover; if the topic is whole, run npx probity projection rebuild ${name}`;
          if (host.hold) return { ready: false, ...host.hold };
          const notice = await this.#parkedNotice(name);
          return {
            ready,
            detail,
            ...(state === 'waiting' && { remedy }),
            ...(notice !== null && { notice }),
          };
        },
      });
    }
    this.#counters();
    this.#lag();
    this.#parkedGauges();
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

  #parkedGauges(): void {
    const label = ['projection'];
    this.#gauge('parked_keys', 'Records of which an event waits', label, (set) =>
      this.#eachParked(({ keys }, labels) => {
        set(labels, keys);
      }),
    );
    this.#gauge('rejected_positions', 'Positions that were rejected and not discarded', label, (set) =>
      this.#eachParked(({ rejected }, labels) => {
        set(labels, rejected);
      }),
    );
    this.#gauge(
      'oldest_parked_age_seconds',
      'Domain time since the oldest was parked; 0 when nothing is',
      label,
      (set) =>
        this.#eachParked(({ oldest }, labels) => {
          const age = oldest === null ? 0 : Date.parse(this.clock.now()) - Date.parse(oldest);
          set(labels, age / 1000);
        }),
    );
  }

  async #eachParked(tell: (counts: ParkedCounts, labels: Record<string, string>) => void): Promise<void> {
    for (const service of this.parked) tell(await service.counts(), { projection: service.name });
  }

  /** What is parked stops nobody else, so it is told and does not make the process unready. */
  async #parkedNotice(projection: string): Promise<string | null> {
    const service = this.parked.find(({ name }) => name === projection);
    // A database that is away shows in the consumer itself.
    const counts = await Promise.race([
      service?.counts().catch(() => null),
      pause(SOON_MS, null, { ref: false }),
    ]);
    if (!counts || (counts.keys === 0 && counts.rejected === 0)) return null;
    const { keys, rejected, oldest } = counts;
    return `parked ${String(keys)}, rejected ${String(rejected)} since ${String(oldest)}: see probity parked list`;
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
