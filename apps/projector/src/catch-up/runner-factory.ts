import type pg from 'pg';
import { definitionOf, WriterRegistry } from '@probity/events';
import type { WriterRegistryFile } from '@probity/events';
import { readCheckKey, readStackFile } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { nameOf, Parking, ProjectionRunner } from '@probity/projection';
import type { CaseLeases, OpenCase, ParkedEvent, ParkedLog, RecordState } from '@probity/projection';
import { open, sealContextOf } from '@probity/sealing';
import type { HostedProjection } from '../projections/hosted-projection.js';

/** What the runners of one process or thread share. */
export interface RunnerParts {
  readonly projection: HostedProjection;
  readonly config: StackConfig;
  readonly pool: pg.Pool;
  readonly leases: CaseLeases;
  /** Domain time, RFC 3339 UTC. */
  readonly now: () => string;
  /** Told in a sentence what was parked. */
  readonly onParked: (sentence: string) => void;
}

const openCase: OpenCase = (key, event, recordId, envelope) => {
  const context = sealContextOf(
    event.header,
    { recordId, dekVersion: key.dekVersion },
    definitionOf(event.header.type).schemaVersion,
  );
  return open(key.subkey, 'case', context, envelope);
};

/** Makes runners for generations of one projection, and the way back of what they park, all by the same writers' keys. */
export class RunnerFactory {
  readonly #writers: WriterRegistry;
  readonly #rowsKey: Buffer;

  constructor(private readonly parts: RunnerParts) {
    const file = readStackFile(parts.config.paths.writers);
    this.#writers = new WriterRegistry(JSON.parse(file) as WriterRegistryFile);
    this.#rowsKey = readCheckKey(parts.config, parts.projection.identity);
  }

  /** A runner for one generation, by this code's definition. */
  make(schema: string, generation: number): ProjectionRunner<RecordState> {
    const { now, onParked } = this.parts;
    return new ProjectionRunner({
      ...this.#shared(schema),
      generation,
      now,
      onParked: (events) => {
        const sentence = alarmOf(events);
        if (sentence !== null) onParked(sentence);
      },
    });
  }

  /** What is parked in one generation, by this code's definition. */
  parking(schema: string, generation: number, log: ParkedLog): Parking<RecordState> {
    return new Parking({ ...this.#shared(schema), generation, log });
  }

  #shared(schema: string) {
    const { projection, config, pool, leases } = this.parts;
    const definition = projection.define(schema);
    const { topicPrefix } = config;
    const keys = { writers: this.#writers, rowsKey: this.#rowsKey };
    return { definition, pool, ...keys, leases, open: openCase, topicPrefix };
  }
}

/** One line for what a transaction parked, by its first event; null when all of it waits behind what was told before. */
function alarmOf(events: readonly ParkedEvent[]): string | null {
  const causes = events.filter(({ kind }) => kind !== 'BEHIND');
  const [first] = causes;
  if (!first) return null;
  const others = causes.length > 1 ? `, and ${String(causes.length - 1)} more` : '';
  const what = first.kind === 'REJECTED' ? 'rejected' : 'parked with its record';
  return `${nameOf(first.position)} ${what}: ${first.code}: ${first.reason}${others}`;
}
