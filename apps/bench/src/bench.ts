import { cpus, platform } from 'node:os';
import type { BenchReport, Figure, MemorySample } from './figures/figure.js';
import type { Lab } from './lab/lab.js';
import { residentMemory } from './lab/memory.js';
import { openScratch } from './lab/scratch.js';
import { fillLists } from './material/listed-people.js';
import { measureAppend } from './measurements/append.measurement.js';
import { measureDoor } from './measurements/door.measurement.js';
import { measureEmmett } from './measurements/emmett.measurement.js';
import { measureGroups } from './measurements/group.measurement.js';
import { measureImport } from './measurements/import.measurement.js';
import { measureLatency } from './measurements/latency.measurement.js';
import { measureLeases } from './measurements/leases.measurement.js';
import { measureLooks } from './measurements/looks.measurement.js';
import { measureProjector } from './measurements/projector.measurement.js';
import { measureRebuild } from './measurements/rebuild.measurement.js';
import { measureRelay } from './measurements/relay.measurement.js';
import { measureRotation } from './measurements/rotation.measurement.js';
import { measureSeal } from './measurements/seal.measurement.js';
import type { BenchOptions, MeasurementName } from './options.js';

/**
 * Runs the measurements that were asked for, in their order. What would add to a stack that somebody uses is measured in
 * databases and topics of its own.
 */
export class Bench {
  readonly #figures: Figure[] = [];
  readonly #memory: MemorySample[] = [];
  #scratch: Promise<Lab> | undefined;

  constructor(
    private readonly lab: Lab,
    private readonly options: Pick<BenchOptions, 'only' | 'sizes'>,
  ) {}

  async run(): Promise<BenchReport> {
    const { lab } = this;
    const { sizes } = this.options;
    await this.#remember('at start');
    // Memory alone says nothing: it is looked at after work has been done.
    if (this.#wants('import', 'memory')) this.#figures.push(await measureImport(lab, sizes));
    await this.#remember('after import');
    if (this.#wants('latency', 'memory')) {
      const scratch = lab.stack === null ? null : await this.#openScratch();
      this.#figures.push(...(await measureLatency(lab, scratch, sizes)));
    }
    await this.#remember('after load');
    if (this.#wants('append')) this.#figures.push(await measureAppend(await this.#openScratch(), sizes));
    if (this.#wants('group')) this.#figures.push(...(await measureGroups(await this.#openScratch(), sizes)));
    if (this.#wants('relay')) this.#figures.push(await measureRelay(await this.#openScratch(), sizes));
    if (this.#wants('projector', 'emmett')) {
      const projector = await measureProjector(await this.#openScratch(), sizes);
      this.#figures.push(projector);
      if (this.#wants('emmett'))
        this.#figures.push(...(await measureEmmett(await this.#openScratch(), sizes, projector)));
    }
    if (this.#wants('rebuild'))
      this.#figures.push(...(await measureRebuild(await this.#openScratch(), sizes)));
    if (this.#wants('seal')) this.#figures.push(...(await measureSeal(lab.report, sizes)));
    if (this.#wants('leases')) this.#figures.push(await measureLeases(lab, sizes));
    if (this.#wants('rotation')) this.#figures.push(await measureRotation(lab, sizes));
    if (this.#wants('looks', 'door')) this.#figures.push(...(await this.#measureLooking()));
    const asked = this.#figures.filter(({ measurement }) => this.#wants(measurement));
    return { machine: machine(), figures: asked, memory: this.#memory };
  }

  async #measureLooking(): Promise<Figure[]> {
    const people = await fillLists(this.lab);
    const figures: Figure[] = [];
    if (this.#wants('looks'))
      figures.push(...(await measureLooks(this.lab, await this.#openScratch(), this.options.sizes)));
    if (this.#wants('door')) figures.push(await measureDoor(this.lab, people, this.options.sizes));
    return figures;
  }

  #wants(...names: MeasurementName[]): boolean {
    return names.some((name) => this.options.only.has(name));
  }

  #openScratch(): Promise<Lab> {
    return (this.#scratch ??= openScratch(this.lab));
  }

  async #remember(when: string): Promise<void> {
    if (this.#wants('memory')) this.#memory.push({ when, megabytes: await residentMemory(this.lab.home) });
  }
}

function machine(): BenchReport['machine'] {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown processor',
    cores: processors.length,
    node: process.versions.node,
    platform: platform(),
  };
}
