import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readStreams } from '@probity/event-store';
import type { AppendRequest, SqlClient } from '@probity/event-store';
import type { BatchSigner } from '@probity/events';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import type pg from 'pg';
import { appendAs, event, migrateEvents, newStream, signerOf } from './fixture.js';

describe('the write side', () => {
  let harness: Harness;
  let ingest: pg.Client;
  let other: pg.Client;
  let hackney: BatchSigner;

  beforeAll(async () => {
    harness = await startHarness({ migrate: [migrateEvents] });
    ingest = await harness.connect('probity_ingest', 'probity_events');
    other = await harness.connect('probity_ingest', 'probity_events');
    hackney = signerOf(harness, 'E09000012');
  }, 180_000);

  afterAll(async () => {
    await harness.close();
  });

  const request = (events: AppendRequest['events'], more: Partial<AppendRequest> = {}): AppendRequest => ({
    events,
    signerOf: () => hackney,
    ...more,
  });

  it('stores a batch and gives each stream back in order, byte for byte', async () => {
    const [one, two] = [newStream(), newStream()];
    await appendAs(ingest, request([event(one, 1), event(two, 1), event(one, 2)]));
    const streams = await readStreams(ingest, [one, two]);
    expect(streams.get(one)?.map((each) => each.header.streamversion)).toEqual([1, 2]);
    expect(streams.get(two)).toHaveLength(1);
    const { rows } = await ingest.query(
      'SELECT header, path FROM events.event WHERE stream = $1 AND version = 1',
      [two],
    );
    const stored = rows[0] as { header: Buffer; path: string };
    expect(JSON.parse(stored.header.toString())).toEqual(streams.get(two)?.[0]?.header);
    expect((JSON.parse(stored.path) as { size: number }).size).toBe(3);
  });

  it('lets one of two writers of the same version win and tells the other of the conflict', async () => {
    const stream = newStream();
    await appendAs(ingest, request([event(stream, 1)]));
    const outcomes = await Promise.allSettled([
      appendAs(ingest, request([event(stream, 2)])),
      appendAs(other, request([event(stream, 2)])),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    const loser = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(loser?.reason).toMatchObject({ kind: 'conflict' });
  });

  it('appends nothing of a batch in which one stream is stale', async () => {
    const [fresh, stale] = [newStream(), newStream()];
    await appendAs(ingest, request([event(stale, 1)]));
    await expect(appendAs(ingest, request([event(fresh, 1), event(stale, 1)]))).rejects.toMatchObject({
      kind: 'conflict',
    });
    expect((await readStreams(ingest as unknown as SqlClient, [fresh])).get(fresh)).toEqual([]);
  });

  it('refuses a version that leaves a gap, and a record that changes its topic', async () => {
    const stream = newStream();
    await expect(appendAs(ingest, request([event(stream, 1), event(stream, 3)]))).rejects.toMatchObject({
      kind: 'malformed',
    });
    await expect(appendAs(ingest, request([event(stream, 2)]))).rejects.toMatchObject({ kind: 'conflict' });
    await appendAs(ingest, request([event(stream, 1)]));
    const elsewhere = event(stream, 2, { topic: 'matrix.E09000013', source: '/boroughs/E09000013' });
    await expect(appendAs(ingest, request([elsewhere]))).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('refuses a decision that rests on a group or window which has moved since', async () => {
    const group = `groups/${newStream().slice(8)}`;
    await appendAs(ingest, request([event(group, 1)]));
    await appendAs(ingest, request([event(newStream(), 1)], { reads: [{ stream: group, version: 1 }] }));
    await appendAs(ingest, request([event(group, 2)]));
    const late = request([event(newStream(), 1)], { reads: [{ stream: group, version: 1 }] });
    await expect(appendAs(ingest, late)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('[R-61] takes nothing for a fenced stream', async () => {
    const stream = newStream();
    await appendAs(ingest, request([event(stream, 1)]));
    const owner = await harness.connectAdmin('probity_events');
    await owner.query('UPDATE events.stream SET fenced_at = $2 WHERE stream = $1', [
      stream,
      '2026-11-01T09:00:00Z',
    ]);
    await expect(appendAs(ingest, request([event(stream, 2)]))).rejects.toMatchObject({ kind: 'fenced' });
  });

  it('[R-88] checks the role against type and topic', async () => {
    const governance = await harness.connect('probity_governance', 'probity_events');
    await expect(appendAs(governance, request([event(newStream(), 1)]))).rejects.toMatchObject({
      kind: 'forbidden',
    });
    const oversight = event(newStream(), 1, {
      type: 'probity.oversight.migration-window-opened.v1',
      topic: 'oversight',
    });
    await expect(appendAs(ingest, request([oversight]))).rejects.toMatchObject({ kind: 'forbidden' });
    const matrix = await harness.connect('probity_matrix', 'probity_views');
    await expect(matrix.query('SELECT 1 FROM events.event')).rejects.toThrow();
  });

  it('refuses a header that does not describe its columns', async () => {
    const genuine = event(newStream(), 1);
    const lying = { ...genuine, header: { ...genuine.header, type: 'probity.matrix.entry-approved.v1' } };
    await expect(appendAs(ingest, request([lying]))).rejects.toMatchObject({ kind: 'malformed' });
    const altered = { ...genuine, skeletonBytes: Buffer.from('{"borough":"E09000013"}') };
    await expect(appendAs(ingest, request([altered]))).rejects.toMatchObject({ kind: 'malformed' });
  });

  it.each([
    'UPDATE events.event SET type = type',
    'DELETE FROM events.event',
    'TRUNCATE events.event',
    'UPDATE events.batch SET size = size',
    'DELETE FROM events.sealed_value',
  ])(
    '[R-63] refuses "%s" to the service, to the owner of the tables, and under replica mode',
    async (statement) => {
      await appendAs(ingest, request([event(newStream(), 1)]));
      await expect(ingest.query(statement)).rejects.toMatchObject({ code: '42501' });
      const owner = await harness.connect('probity_owner', 'probity_events');
      const admin = await harness.connectAdmin('probity_events');
      await admin.query('SET session_replication_role = replica');
      for (const client of [owner, admin]) {
        if (statement.includes('sealed_value')) {
          await client.query(
            'INSERT INTO events.sealed_value SELECT position, header FROM events.event LIMIT 1 ON CONFLICT DO NOTHING',
          );
        }
        await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
    },
  );

  it('answers a repeated request with the stored result and refuses another one under its key', async () => {
    const mac = (text: string): Buffer => createHash('sha256').update(text).digest();
    const keyMac = mac(newStream());
    const now = '2026-11-01T09:00:00.000Z';
    const once = request([event(newStream(), 1)], {
      idempotency: { keyMac, requestMac: mac('a'), result: '{"id":1}', now },
    });
    expect(await appendAs(ingest, once)).toEqual({ isReplay: false, result: '{"id":1}' });
    const again = request([event(newStream(), 1)], {
      idempotency: { keyMac, requestMac: mac('a'), result: '{"id":2}', now },
    });
    expect(await appendAs(ingest, again)).toEqual({ isReplay: true, result: '{"id":1}' });
    const different = request([event(newStream(), 1)], {
      idempotency: { keyMac, requestMac: mac('b'), result: 'x', now },
    });
    await expect(appendAs(ingest, different)).rejects.toMatchObject({ kind: 'idempotency' });
    const later = request([event(newStream(), 1)], {
      idempotency: { keyMac, requestMac: mac('b'), result: 'x', now: '2026-11-04T09:00:00.000Z' },
    });
    expect(await appendAs(ingest, later)).toMatchObject({ isReplay: false });
  });
});
