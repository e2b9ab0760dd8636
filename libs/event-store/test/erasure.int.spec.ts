import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readStreams } from '@probity/event-store';
import type { AppendRefusal } from '@probity/event-store';
import { verifyEvent } from '@probity/events';
import type { BatchSigner, UnsignedEvent } from '@probity/events';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import type pg from 'pg';
import { appendAs, event, migrateEvents, newStream, signerOf } from './fixture.js';

const NOW = '2026-12-01T09:00:00.000Z';
const SAGA = ['erasure-requested', 'record-fenced', 'subject-key-destroyed', 'ciphertext-deleted'] as const;

describe('[R-61] the end of a record in the store', () => {
  let harness: Harness;
  let ingest: pg.Client;
  let retention: pg.Client;
  let vault: pg.Client;
  let hackney: BatchSigner;
  let worker: BatchSigner;
  let stream: string;

  beforeAll(async () => {
    harness = await startHarness({ migrate: [migrateEvents] });
    ingest = await harness.connect('probity_ingest', 'probity_events');
    retention = await harness.connect('probity_retention', 'probity_events');
    vault = await harness.connect('probity_vault_events', 'probity_events');
    [hackney, worker] = [signerOf(harness, 'E09000012'), signerOf(harness, 'retention-worker')];
  }, 180_000);

  afterAll(() => harness.close());

  const ofType = (version: number, name: string): UnsignedEvent =>
    event(stream, version, { type: `probity.matrix.${name}.v1` });
  const byIngest = (...events: UnsignedEvent[]) => appendAs(ingest, { events, signerOf: () => hackney });
  const byWorker = (...events: UnsignedEvent[]) => appendAs(retention, { events, signerOf: () => worker });
  const refused = (act: Promise<unknown>, kind: AppendRefusal) =>
    expect(act).rejects.toMatchObject({ name: 'AppendRefused', kind });
  const fence = () => byWorker(ofType(2, 'erasure-requested'), ofType(3, 'record-fenced'));
  const beginDestruction = (version: number) =>
    vault.query('SELECT events.begin_destruction($1, $2, $3)', [stream, version, NOW]);
  const deleteSealed = async (): Promise<number> => {
    const { rows } = await retention.query('SELECT events.delete_sealed($1) AS gone', [stream]);
    return Number((rows[0] as { gone: string }).gone);
  };
  const state = async (): Promise<unknown> => {
    const { rows } = await vault.query(
      `SELECT version, fenced_at IS NOT NULL AS fenced, destruction_begun_at IS NOT NULL AS begun FROM events.stream WHERE stream = $1`,
      [stream],
    );
    return rows[0];
  };

  /** A record of one event with something sealed in it; the store does not open it. */
  beforeEach(async () => {
    stream = newStream();
    const first = event(stream, 1);
    await byIngest({ ...first, sealedBytes: Buffer.from('{"case":{}}') });
  });

  it('is fenced by its event, in the same transaction', async () => {
    await fence();
    expect(await state()).toEqual({ version: 3, fenced: true, begun: false });
  });

  it('takes nothing behind the fence but what belongs to the erasure', async () => {
    await fence();
    await refused(byIngest(ofType(4, 'entry-approved')), 'fenced');
    await refused(byWorker(ofType(4, 'entry-removed')), 'fenced');
    await refused(byWorker(ofType(4, 'erasure-requested')), 'fenced');
    await refused(byWorker(ofType(4, 'record-fenced')), 'fenced');
    await byWorker(ofType(4, 'subject-key-destroyed'));
    expect(await state()).toEqual({ version: 4, fenced: true, begun: true });
  });

  it('cannot be fenced and written on in one batch', async () => {
    await refused(byWorker(ofType(2, 'record-fenced'), ofType(3, 'entry-removed')), 'fenced');
    expect(await state()).toEqual({ version: 1, fenced: false, begun: false });
  });

  it('lets the erasure’s own login alone append its events, and that login nothing else', async () => {
    for (const name of SAGA) await refused(byIngest(ofType(2, name)), 'forbidden');
    for (const name of ['entry-approved', 'processing-restricted', 'restriction-lifted'])
      await refused(byWorker(ofType(2, name)), 'forbidden');
    const foreign = event(stream, 2, { type: 'probity.safeguarding.record-fenced.v1' });
    await refused(byWorker(foreign), 'forbidden');
    await byWorker(ofType(2, 'entry-removed'));
  });

  it('refuses steps out of place', async () => {
    await refused(byWorker(ofType(2, 'erasure-cancelled')), 'fenced');
    await refused(byWorker(ofType(2, 'subject-key-destroyed')), 'fenced');
    await fence();
    await refused(byWorker(ofType(4, 'ciphertext-deleted')), 'fenced');
  });

  it('goes on after a cancellation, and may be fenced again', async () => {
    await fence();
    await byWorker(ofType(4, 'erasure-cancelled'));
    await byIngest(ofType(5, 'entry-approved'));
    await byWorker(ofType(6, 'record-fenced'));
    await refused(byIngest(ofType(7, 'entry-approved')), 'fenced');
  });

  it('cannot be called back once the key is going, or is gone', async () => {
    await fence();
    await beginDestruction(3);
    await refused(byWorker(ofType(4, 'erasure-cancelled')), 'destroyed');
    await byWorker(ofType(4, 'subject-key-destroyed'));
    await refused(byWorker(ofType(5, 'erasure-cancelled')), 'destroyed');
  });

  it('lets the vault begin only at the version that it has checked, and again without harm', async () => {
    await expect(beginDestruction(1)).rejects.toMatchObject({ code: 'PB409' });
    await fence();
    await expect(beginDestruction(2)).rejects.toMatchObject({ code: 'PB409' });
    await beginDestruction(3);
    await beginDestruction(3);
    expect(await state()).toEqual({ version: 3, fenced: true, begun: true });
  });

  it('of a cancellation and the vault’s beginning, one wins', async () => {
    for (let round = 0; round < 20; round += 1) {
      stream = newStream();
      await byIngest(event(stream, 1));
      await fence();
      const [cancelled, begun] = await Promise.allSettled([
        byWorker(ofType(4, 'erasure-cancelled')),
        beginDestruction(3),
      ]);
      expect([cancelled.status, begun.status].sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('loses its ciphertext only when its key is going; what stays still verifies', async () => {
    await expect(deleteSealed()).rejects.toMatchObject({ code: 'PB423' });
    await fence();
    await expect(deleteSealed()).rejects.toMatchObject({ code: 'PB423' });
    await byWorker(ofType(4, 'subject-key-destroyed'));
    expect([await deleteSealed(), await deleteSealed()]).toEqual([1, 0]);
    await byWorker(ofType(5, 'ciphertext-deleted'));
    const events = (await readStreams(vault, [stream])).get(stream) ?? [];
    expect(events.map(({ sealed }) => sealed)).toEqual([{}, {}, {}, {}, {}]);
    for (const each of events) verifyEvent(each);
  });

  it('gives the vault’s role and the erasure’s role no other way to write', async () => {
    for (const client of [vault, retention]) {
      for (const statement of [
        'UPDATE events.stream SET fenced_at = NULL',
        'DELETE FROM events.sealed_value',
        'INSERT INTO events.reserved_type VALUES ($$x$$, $$probity_ingest$$, true)',
        'DELETE FROM events.event',
      ])
        await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    await refused(appendAs(vault, { events: [event(stream, 2)], signerOf: () => worker }), 'forbidden');
    await expect(vault.query('SELECT events.delete_sealed($1)', [stream])).rejects.toMatchObject({
      code: '42501',
    });
    const beginning = retention.query('SELECT events.begin_destruction($1, 1, $2)', [stream, NOW]);
    await expect(beginning).rejects.toMatchObject({ code: '42501' });
  });
});
