import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AppendRequest, AppendSessions } from '@probity/event-store';
import { AppendQueue, AppendRefused, poolSessions, QueueRefused } from '@probity/event-store';
import type { BatchSigner } from '@probity/events';
import { startHarness } from '@probity/testing';
import type { Harness } from '@probity/testing';
import fc from 'fast-check';
import pg from 'pg';
import { appendAs, event, migrateEvents, newStream, signerOf } from './fixture.js';

type Request = Pick<AppendRequest, 'events' | 'reads' | 'idempotency'>;

const NOW = '2026-11-01T09:00:00.000Z';
const mac = (text: string): Buffer => createHash('sha256').update(text).digest();

describe('single appends that share transactions', () => {
  let harness: Harness;
  let pool: pg.Pool;
  let client: pg.Client;
  let hackney: BatchSigner;
  let groups: number;
  let sessions: AppendSessions;

  beforeAll(async () => {
    harness = await startHarness({ migrate: [migrateEvents] });
    client = await harness.connect('probity_ingest', 'probity_events');
    hackney = signerOf(harness, 'E09000012');
    pool = new pg.Pool({ ...harness.config.pg('probity_ingest', 'probity_events'), max: 2 });
    pool.on('error', () => undefined);
  }, 180_000);

  beforeEach(() => {
    groups = 0;
    const lent = poolSessions(pool);
    sessions = {
      connect: () => {
        groups += 1;
        return lent.connect();
      },
    };
  });

  afterAll(async () => {
    await pool.end();
    await harness.close();
  });

  const open = (bounds: { maxGroupEvents?: number; maxWaitingEvents?: number } = {}): AppendQueue =>
    new AppendQueue({ sessions, signerOf: () => hackney, ...bounds });
  const one = (stream: string, version: number): Request => ({ events: [event(stream, version)] });
  const idempotent = (key: string, result: string, body = 'a'): Request => ({
    ...one(newStream(), 1),
    idempotency: { keyMac: mac(key), requestMac: mac(body), result, now: NOW },
  });
  const versionsOf = async (stream: string): Promise<number[]> => {
    const found = await client.query<{ version: number }>(
      'SELECT version FROM events.event WHERE stream = $1 ORDER BY position',
      [stream],
    );
    return found.rows.map(({ version }) => version);
  };
  const kindOf = (outcome: PromiseSettledResult<unknown>): string =>
    outcome.status === 'fulfilled' ? 'taken' : String((outcome.reason as { kind?: string }).kind);

  it('takes what came together into one transaction, with one signature, in the order in which it came', async () => {
    const [first, second] = [newStream(), newStream()];
    const queue = open();
    await Promise.all(
      [one(first, 1), one(second, 1), one(first, 2), one(first, 3)].map((each) => queue.append(each)),
    );
    expect(groups).toBe(1);
    expect(await versionsOf(first)).toEqual([1, 2, 3]);
    const { rows } = await client.query(
      'SELECT DISTINCT b.batch, b.size FROM events.event e JOIN events.batch b USING (batch) WHERE e.stream = ANY ($1)',
      [[first, second]],
    );
    expect(rows).toMatchObject([{ size: 4 }]);
  });

  it('lets 256 callers at 16 streams lose to one another, and keeps what it told each of them', async () => {
    const queue = open({ maxGroupEvents: 64 });
    const streams = Array.from({ length: 16 }, newStream);
    const known = new Map(streams.map((stream) => [stream, 0]));
    let losses = 0;
    const caller = async (place: number): Promise<string> => {
      const stream = streams[place % streams.length] as string;
      for (;;) {
        const version = (known.get(stream) as number) + 1;
        const request = one(stream, version);
        try {
          await queue.append(request);
          known.set(stream, Math.max(version, known.get(stream) as number));
          return request.events[0]?.header.id as string;
        } catch (error) {
          if (!(error instanceof AppendRefused && error.kind === 'conflict')) throw error;
          losses += 1;
        }
      }
    };
    const accepted = await Promise.all(Array.from({ length: 256 }, (_, place) => caller(place)));
    expect(losses).toBeGreaterThan(0);
    const { rows } = await client.query<{ event_id: string }>(
      'SELECT event_id FROM events.event WHERE stream = ANY ($1)',
      [streams],
    );
    expect(rows.map((row) => row.event_id).sort()).toEqual([...accepted].sort());
    for (const stream of streams)
      expect(await versionsOf(stream)).toEqual(Array.from({ length: 16 }, (_, place) => place + 1));
  });

  it('fails nobody else when a request is stale, fenced, forbidden or malformed', async () => {
    const fenced = newStream();
    await appendAs(client, { ...one(fenced, 1), signerOf: () => hackney });
    const owner = await harness.connectAdmin('probity_events');
    await owner.query('UPDATE events.stream SET fenced_at = $2 WHERE stream = $1', [fenced, NOW]);
    const gap = newStream();
    const requests: Request[] = [
      one(newStream(), 1),
      one(newStream(), 2),
      one(fenced, 2),
      { events: [event(newStream(), 1, { topic: 'oversight' })] },
      { events: [event(gap, 1), event(gap, 3)] },
      one(newStream(), 1),
    ];
    const queue = open();
    const outcomes = await Promise.allSettled(requests.map((each) => queue.append(each)));
    expect(outcomes.map(kindOf)).toEqual(['taken', 'conflict', 'fenced', 'forbidden', 'malformed', 'taken']);
  });

  it('judges a group as it would judge its requests one after the other', async () => {
    const step = fc.record({
      stream: fc.nat({ max: 2 }),
      version: fc.integer({ min: 1, max: 4 }),
      count: fc.integer({ min: 1, max: 2 }),
      read: fc.option(fc.record({ stream: fc.nat({ max: 2 }), version: fc.integer({ min: 1, max: 3 }) })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
        const requestsAt = (streams: readonly string[]): Request[] =>
          steps.map(({ stream, version, count, read }) => ({
            events: Array.from({ length: count }, (_, place) =>
              event(streams[stream] as string, version + place),
            ),
            reads: read ? [{ stream: streams[read.stream] as string, version: read.version }] : [],
          }));
        const [grouped, alone] = [Array.from({ length: 3 }, newStream), Array.from({ length: 3 }, newStream)];
        const queue = open();
        const together = await Promise.allSettled(requestsAt(grouped).map((each) => queue.append(each)));
        const apart: string[] = [];
        for (const each of requestsAt(alone)) {
          const [outcome] = await Promise.allSettled([
            appendAs(client, { ...each, signerOf: () => hackney }),
          ]);
          apart.push(kindOf(outcome));
        }
        expect(together.map(kindOf)).toEqual(apart);
        for (const [place, stream] of grouped.entries())
          expect(await versionsOf(stream)).toEqual(await versionsOf(alone[place] as string));
      }),
      { numRuns: 25 },
    );
  });

  it('answers a repeated request of the same moment, of a later one, and refuses another under its key', async () => {
    const [key, queue] = [randomUUID(), open()];
    const outcomes = await Promise.all([
      queue.append(idempotent(key, '{"id":1}')),
      queue.append(one(newStream(), 1)),
      queue.append(idempotent(key, '{"id":2}')),
      queue.append(idempotent(randomUUID(), '{"id":3}')),
    ]);
    expect(outcomes.map(({ isReplay, result }) => [isReplay, result])).toEqual([
      [false, '{"id":1}'],
      [false, null],
      [true, '{"id":1}'],
      [false, '{"id":3}'],
    ]);
    const later = await Promise.allSettled([
      queue.append(idempotent(key, '{"id":4}')),
      queue.append(one(newStream(), 1)),
      queue.append(idempotent(key, '{"id":5}', 'b')),
    ]);
    expect(later.map(kindOf)).toEqual(['taken', 'taken', 'idempotency']);
    expect(later[0]).toMatchObject({ value: { isReplay: true, result: '{"id":1}' } });
  });

  it('tells every caller of a group whose session is lost, and has kept what it answered before', async () => {
    const [queue, settled] = [open(), newStream()];
    await queue.append(one(settled, 1));
    const streams = Array.from({ length: 8 }, newStream);
    // A lock that somebody holds stops the group in its middle.
    const blocker = await harness.connectAdmin('probity_events');
    await blocker.query('BEGIN; LOCK TABLE events.outbox IN ACCESS EXCLUSIVE MODE');
    const outcomes = Promise.allSettled(streams.map((stream) => queue.append(one(stream, 1))));
    let pid: number | undefined;
    while (pid === undefined) {
      const { rows } = await blocker.query<{ pid: number }>(
        "SELECT pid FROM pg_locks WHERE relation = 'events.outbox'::regclass AND NOT granted",
      );
      pid = rows[0]?.pid;
    }
    await blocker.query('SELECT pg_terminate_backend($1)', [pid]);
    expect((await outcomes).map(({ status }) => status)).toEqual(streams.map(() => 'rejected'));
    await blocker.query('ROLLBACK');
    for (const stream of streams) expect(await versionsOf(stream)).toEqual([]);
    expect(await versionsOf(settled)).toEqual([1]);
    await queue.append(one(settled, 2));
    expect(await versionsOf(settled)).toEqual([1, 2]);
  });

  it('refuses what is more than may wait, answers what waits before it closes, and takes nothing then', async () => {
    const queue = open({ maxWaitingEvents: 2 });
    const [first, second, third] = [1, 2, 3].map(() => queue.append(one(newStream(), 1)));
    await expect(third).rejects.toEqual(new QueueRefused('full'));
    const closed = queue.close();
    await expect(queue.append(one(newStream(), 1))).rejects.toEqual(new QueueRefused('closed'));
    await closed;
    await expect(Promise.all([first, second])).resolves.toHaveLength(2);
  });
});
