import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { eventStoreMigrations, migrateSchema } from '@probity/event-store';
import type { AppendRequest } from '@probity/event-store';
import { append } from '@probity/event-store';
import type { EventFacts, UnsignedEvent } from '@probity/events';
import { BatchSigner, buildEvent } from '@probity/events';
import type { Harness } from '@probity/testing';
import type pg from 'pg';

/** Migrates the schema `events` of a test's own database. */
export function migrateEvents(env: NodeJS.ProcessEnv): Promise<number> {
  return migrateSchema({
    url: env['MIGRATION_EVENTS_URL'] ?? '',
    authorityFile: env['MIGRATION_CA'],
    schema: 'events',
    migrations: eventStoreMigrations,
  });
}

/** The signer of a borough of the harness. */
export function signerOf(harness: Harness, writer: string): BatchSigner {
  const file = join(harness.config.home, 'keys', 'writers', `${writer}.key.pem`);
  return new BatchSigner(writer, readFileSync(file, 'utf8'));
}

/** An event with nothing in it but its place. */
export function event(stream: string, version: number, over: Partial<EventFacts> = {}): UnsignedEvent {
  const key = stream.slice(stream.indexOf('/') + 1);
  const facts: EventFacts = {
    id: randomUUID(),
    source: '/boroughs/E09000012',
    type: 'probity.matrix.entry-rejected.v1',
    subject: stream,
    time: '2026-11-01T09:00:00.000Z',
    topic: 'matrix.E09000012',
    key,
    streamversion: version,
    occurredat: '2026-11-01T09:00:00.000Z',
    policyversion: 'a'.repeat(64),
    actor: 'supervisor-E09000012',
    actorkind: 'human',
    purpose: 'REVIEW',
    correlationid: randomUUID(),
    ...over,
  };
  return buildEvent(facts, { borough: 'E09000012', reasonFamily: 'time' }, {});
}

/** A stream name of a record that never was. */
export function newStream(): string {
  return `records/${randomUUID()}`;
}

/** Appends events on a connection of their own, in one transaction. */
export async function appendAs(client: pg.Client, request: AppendRequest): ReturnType<typeof append> {
  await client.query('BEGIN');
  try {
    const result = await append(client, request);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
