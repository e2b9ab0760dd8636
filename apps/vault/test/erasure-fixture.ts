import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { append, eventStoreMigrations, migrateSchema } from '@probity/event-store';
import { BatchSigner } from '@probity/events';
import type { Payload } from '@probity/events';
import { DomainClock } from '@probity/platform';
import { freshRecordKey, sealEvent } from '@probity/sealing';
import { startHarness, type Harness } from '@probity/testing';
import pg from 'pg';
import { runVaultMigrations } from '../src/database/run-migrations.js';
import { releasedSamples } from './stored-people.js';
import type { VaultFixture } from './vault-fixture.js';

/** Borough of every record of these tests. */
export const BOROUGH = 'E09000012';
const DAY_MS = 86_400_000;

type Family = 'matrix' | 'safeguarding';

/** A record under test. The key is kept to seal further events with. */
export interface RecordUnderTest {
  readonly id: string;
  readonly family: Family;
  readonly dek: Buffer;
  /** How many events it has, as far as this test appended them. */
  version: number;
}

/** What one event of a test says besides its name. */
export interface Told {
  /** Days before domain now at which the log had it; 0 when absent. */
  readonly daysAgo?: number;
  /** Due as long before: it must not count. */
  readonly dueDaysAgo?: number;
  readonly skeleton?: Readonly<Record<string, string | string[] | number[]>>;
  readonly ageClass?: string;
  /** Whose key signs: by default the writer whose event it is. */
  readonly signedBy?: string;
}

const OF_THE_WORKER = new Set([
  'erasure-requested',
  'record-fenced',
  'erasure-cancelled',
  'subject-key-destroyed',
  'ciphertext-deleted',
  'entry-removed',
]);
const SKELETONS: Readonly<Record<string, Told['skeleton']>> = {
  'entry-removed': { reasonFamily: 'time' },
  'entry-rejected': { reasonFamily: 'time' },
  'erasure-requested': { reasonFamily: 'time', legalBasis: 'DPA_2018_S39_2' },
  'erasure-cancelled': { cancelledBy: ['STAFF-1', 'STAFF-2'] },
  'subject-key-destroyed': { dekVersions: [1], destroyedAt: '2026-11-01T09:00:00.000Z' },
};

/** A harness with the tables of the vault and of the event store, and with the topics of those boroughs, if any. */
export function erasureHarness(boroughs: string[] = []): Promise<Harness> {
  const migrateEvents = (env: NodeJS.ProcessEnv): Promise<number> =>
    migrateSchema({
      url: env['MIGRATION_EVENTS_URL'] ?? '',
      authorityFile: env['MIGRATION_CA'],
      schema: 'events',
      migrations: eventStoreMigrations,
    });
  return startHarness({ migrate: [runVaultMigrations, migrateEvents], boroughs });
}

/** Writes the histories of records as ingest and the retention worker would. */
export class RecordWriter {
  readonly #samples = releasedSamples();
  readonly #signers = new Map<string, BatchSigner>();

  private constructor(
    private readonly fixture: VaultFixture,
    private readonly ingest: pg.Pool,
    private readonly worker: pg.Pool,
  ) {}

  /** In the two roles, each on connections of its own. */
  static connect(fixture: VaultFixture): RecordWriter {
    const poolOf = (role: 'probity_ingest' | 'probity_retention'): pg.Pool =>
      new pg.Pool({ ...fixture.harness.config.pg(role, 'probity_events'), max: 8 });
    return new RecordWriter(fixture, poolOf('probity_ingest'), poolOf('probity_retention'));
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await Promise.all([this.ingest.end(), this.worker.end()]);
  }

  /** Records with their first event, at most 5000. */
  async enter(count: number, family: Family = 'matrix'): Promise<RecordUnderTest[]> {
    const keys = await this.fixture.client('borough-ingest').freshKeys({ borough: BOROUGH, family, count });
    const records = keys.map(({ recordId, dek }) => ({ id: recordId, family, dek, version: 0 }));
    const name = family === 'matrix' ? 'entry-proposed' : 'entry-registered';
    for (const record of records) await this.append(record, name, { daysAgo: 100 });
    return records;
  }

  /** Appends one event behind the last that this test appended. */
  async append(record: RecordUnderTest, name: string, told: Told = {}): Promise<void> {
    const isWorkers = OF_THE_WORKER.has(name);
    const signer = this.#signerOf(told.signedBy ?? (isWorkers ? 'retention-worker' : BOROUGH));
    const events = [this.#event(record, name, told)];
    await append(isWorkers ? this.worker : this.ingest, { events, signerOf: () => signer });
    record.version += 1;
  }

  #event(record: RecordUnderTest, name: string, told: Told): ReturnType<typeof sealEvent> {
    const now = Date.parse(this.fixture.vault.app.get(DomainClock).now());
    const at = (days: number): string => new Date(now - days * DAY_MS).toISOString();
    const { daysAgo = 0, dueDaysAgo = daysAgo } = told;
    const type = `probity.${record.family}.${name}.v${name === 'entry-registered' ? '2' : '1'}`;
    const sealed = this.#sealedOf(record.family, name, told);
    const facts = {
      id: randomUUID(),
      source: `/boroughs/${BOROUGH}`,
      type,
      subject: `records/${record.id}`,
      time: at(daysAgo),
      topic: `${record.family}.${BOROUGH}`,
      key: record.id,
      streamversion: record.version + 1,
      occurredat: at(dueDaysAgo),
      policyversion: 'a5'.repeat(32),
      actor: 'STAFF-101',
      actorkind: 'human' as const,
      purpose: 'REVIEW',
      correlationid: randomUUID(),
    };
    const skeleton = { borough: BOROUGH, ...SKELETONS[name], ...told.skeleton };
    // Sealing zeroises the key that it is given.
    const key = Object.keys(sealed).length > 0 ? freshRecordKey(record.id, 1, Buffer.from(record.dek)) : null;
    return sealEvent(facts, { type, skeleton, sealed }, key);
  }

  #sealedOf(
    family: Family,
    name: string,
    { ageClass = 'ADULT' }: Told,
  ): { case?: Payload; identity?: Payload; equality?: Payload } {
    switch (name) {
      case 'entry-proposed':
      case 'entry-registered': {
        const { sealed } = this.#samples[family];
        return { ...sealed, case: { ...sealed.case, ageClass } };
      }
      case 'entry-removed':
        return { case: { reasonCode: 'CRITERIA_LAPSED', removedBy: 'retention-worker', ageClass } };
      case 'entry-rejected':
        return { case: { reasonCode: 'IDENTITY_ERROR', rejectedBy: 'STAFF-102' } };
      case 'processing-restricted':
        return { case: { ground: 'EVIDENCE_HOLD', restrictedBy: 'STAFF-103', reviewBy: '2027-01-31' } };
      case 'restriction-lifted':
        return { case: { reasonCode: 'HOLD_ENDED', liftedBy: 'STAFF-103' } };
      default:
        return {};
    }
  }

  #signerOf(writer: string): BatchSigner {
    const path = this.fixture.harness.home.path('keys', 'writers', `${writer}.key.pem`);
    const signer = this.#signers.get(writer) ?? new BatchSigner(writer, readFileSync(path, 'utf8'));
    this.#signers.set(writer, signer);
    return signer;
  }
}
