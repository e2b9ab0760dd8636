import { readFileSync } from 'node:fs';
import { append } from '@probity/event-store';
import { BatchSigner } from '@probity/events';
import type { Payload } from '@probity/events';
import { freshRecordKey, sealEvent } from '@probity/sealing';
import type { KeyFamily, VaultClient } from '@probity/sealing';
import type { Harness } from '@probity/testing';
import type pg from 'pg';

/** An invented identity. */
export interface Person {
  readonly familyName: string;
  readonly givenName: string;
  readonly dateOfBirth: string;
  readonly localRef: string;
}

const NOW = '2026-11-01T09:00:00.000Z';
const TYPES = {
  matrix: 'probity.matrix.entry-proposed.v1',
  safeguarding: 'probity.safeguarding.entry-registered.v2',
} as const;

/** Puts people into the event store as the ingest would, each under a key of the vault: gives their record ids. */
export async function storePeople(
  { harness, vault, ingest }: { harness: Harness; vault: VaultClient; ingest: pg.Client },
  { borough, family, samples }: { borough: string; family: 'matrix' | 'safeguarding'; samples: Samples },
  people: readonly Person[],
): Promise<string[]> {
  const keys = await vault.freshKeys({ borough, family: family satisfies KeyFamily, count: people.length });
  const pem = readFileSync(harness.home.path('keys', 'writers', `${borough}.key.pem`), 'utf8');
  const signer = new BatchSigner(borough, pem);
  const events = keys.map(({ recordId, dekVersion, dek }, place) => {
    const sample = samples[family];
    const facts = {
      ...{ id: `01934b5e-7c00-7000-8000-${recordId.slice(-12)}`, source: `/boroughs/${borough}` },
      ...{ type: TYPES[family], subject: `records/${recordId}`, time: NOW, topic: `${family}.${borough}` },
      ...{
        key: recordId,
        streamversion: 1,
        occurredat: NOW,
        policyversion: 'a5'.repeat(32),
        actor: 'STAFF-101',
      },
      ...{ actorkind: 'human' as const, purpose: 'MIGRATION', correlationid: recordId },
    };
    const sealed = { ...sample.sealed, identity: people[place] as unknown as Payload };
    const plain = { type: TYPES[family], skeleton: { borough }, sealed };
    return sealEvent(facts, plain, freshRecordKey(recordId, dekVersion, dek));
  });
  await append(ingest, { events, signerOf: () => signer });
  return keys.map(({ recordId }) => recordId);
}

/** Sample events in clear, as they were released. */
export type Samples = Readonly<
  Record<'matrix' | 'safeguarding', { sealed: { case: Payload; equality: Payload; identity: Payload } }>
>;

/** The released samples of the two first events. */
export function releasedSamples(): Samples {
  const read = (name: string): { sealed: Samples['matrix']['sealed'] } => {
    const path = new URL(`../../../libs/events/test/golden/${name}.json`, import.meta.url);
    return (JSON.parse(readFileSync(path, 'utf8')) as { plain: { sealed: Samples['matrix']['sealed'] } })
      .plain;
  };
  return { matrix: read('matrix.entry-proposed.v1'), safeguarding: read('safeguarding.entry-registered.v2') };
}
