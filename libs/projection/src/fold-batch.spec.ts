import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COUNTED, NOTED, SignedLog, openPlain, recordId } from '../test/signed-log.js';
import type { TestEvent } from '../test/signed-log.js';
import { tallyProjection } from '../test/tally.projection.js';
import type { TallyState } from '../test/tally.projection.js';
import { EventReader } from './event-reader.js';
import type { LogBatch } from './event-reader.js';
import { foldBatch } from './fold-batch.js';
import type { FoldContext, FoldedBatch } from './fold-batch.js';

const TOPICS = ['matrix.E09000012', 'matrix.E09000013'] as const;
const [HACKNEY, OTHER] = TOPICS;

class ReadModel {
  readonly context: FoldContext<TallyState> & { states: Map<string, TallyState> };
  readonly #reader: EventReader;

  constructor(log: SignedLog, ids: readonly string[]) {
    const keys = new Map(ids.map((id) => [id, { dekVersion: 1, subkey: Buffer.alloc(32) }]));
    this.context = {
      definition: tallyProjection,
      open: openPlain,
      keys,
      progress: new Map(),
      states: new Map(),
      changed: new Set(),
      waiting: new Set(),
      refusals: new Map(),
    };
    this.#reader = new EventReader(log.writers, tallyProjection.handles, tallyProjection.ignores);
  }

  deliver(batch: LogBatch): FoldedBatch {
    return foldBatch(this.#reader.read(batch), this.context);
  }
}

function slice(batch: LogBatch, from: number, to?: number): LogBatch {
  return { ...batch, records: batch.records.slice(from, to) };
}

describe('folding a batch', () => {
  const log = new SignedLog(TOPICS);
  const model = (): ReadModel => new ReadModel(log, [1, 2, 3].map(recordId));
  const events = (...list: TestEvent[]): LogBatch => log.append(HACKNEY, list);

  it('[12.10-7] gives the same rows however deliveries are cut, mixed across partitions and repeated', () => {
    const history = fc.array(fc.record({ record: fc.nat(5), topic: fc.nat(1), points: fc.nat(9) }), {
      maxLength: 30,
    });
    const plan = fc.array(
      fc.record({ topic: fc.nat(1), size: fc.integer({ min: 1, max: 5 }), back: fc.nat(4) }),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(history, plan, (happened, deliveries) => {
        const fresh = new SignedLog(TOPICS);
        const versions = new Map<string, number>();
        const batches = TOPICS.map((topic, index) => {
          const own = happened.filter((event) => event.topic === index);
          const list = own.map(({ record, points }) => {
            const id = recordId(index * 100 + record);
            const version = (versions.get(id) ?? 0) + 1;
            versions.set(id, version);
            return { recordId: id, version, points };
          });
          return fresh.append(topic, list);
        });
        const ids = [...versions.keys()];
        const whole = new ReadModel(fresh, ids);
        const pieces = new ReadModel(fresh, ids);
        for (const batch of batches) whole.deliver(batch);
        const next = [0, 0];
        for (const { topic, size, back } of deliveries) {
          const [batch, at] = [batches[topic], next[topic]];
          if (!batch || at === undefined) continue;
          pieces.deliver(slice(batch, Math.max(0, at - back), at + size));
          next[topic] = Math.min(batch.records.length, at + size);
        }
        batches.forEach((batch, index) => pieces.deliver(slice(batch, next[index] ?? 0)));
        expect(pieces.context.states).toEqual(whole.context.states);
        expect(pieces.context.progress).toEqual(whole.context.progress);
      }),
      { numRuns: 60 },
    );
  });

  it('counts a redelivery as a duplicate and changes nothing', () => {
    const reader = model();
    const batch = events({ recordId: recordId(1), version: 1, points: 5 });
    expect(reader.deliver(batch)).toMatchObject({ applied: 1, duplicates: 0, parked: [] });
    expect(reader.deliver(batch)).toMatchObject({ applied: 0, duplicates: 1, parked: [] });
    expect(reader.context.states.get(recordId(1))?.total).toBe(5);
  });

  const kinds = ({ parked }: FoldedBatch): string[] =>
    parked.map(({ recordId: id, kind, code }) => `${id?.slice(-1) ?? '?'} ${kind} ${code}`);

  it('parks a record at a missing version, and its later events behind it, while others go on', () => {
    const reader = model();
    const list = [{ n: 1, version: 1 }, { n: 2, version: 2 }, { n: 1, version: 2 }, { n: 2, version: 3 }, { n: 3, version: 1 }]; // prettier-ignore
    const batch = events(...list.map(({ n, version }) => ({ recordId: recordId(n), version })));
    const folded = reader.deliver(batch);
    expect(folded).toMatchObject({ applied: 3, next: (batch.records.at(-1)?.offset ?? 0n) + 1n });
    expect(kinds(folded)).toEqual(['2 POISON GAP', '2 BEHIND BEHIND']);
    expect(folded.parked[0]).toMatchObject({
      position: { topic: HACKNEY, partition: 0, offset: batch.records[1]?.offset },
      reason: 'version 2 of the record follows version 0',
      type: COUNTED,
      version: 2,
    });
    expect(kinds(reader.deliver(events({ recordId: recordId(2), version: 4 })))).toEqual(['2 BEHIND BEHIND']);
  });

  it('drops what comes again of a record that waits: it was applied before', () => {
    const reader = model();
    const first = events({ recordId: recordId(1), version: 1 });
    reader.deliver(first);
    reader.deliver(events({ recordId: recordId(1), version: 3 }));
    expect(reader.deliver(first)).toMatchObject({ duplicates: 1, parked: [] });
  });

  it('rejects a second event for one version of a record, and lets the record go on from the first', () => {
    const reader = model();
    reader.deliver(events({ recordId: recordId(1), version: 1, points: 1 }));
    const folded = reader.deliver(events({ recordId: recordId(1), version: 1, points: 2 }, { recordId: recordId(1), version: 2 })); // prettier-ignore
    expect(kinds(folded)).toEqual(['1 REJECTED CONFLICT']);
    expect(reader.context.states.get(recordId(1))?.total).toBe(2);
  });

  it('skips a type on the ignore list and parks at a type on no list', () => {
    const reader = model();
    expect(reader.deliver(events({ recordId: recordId(1), version: 1, type: NOTED }))).toMatchObject({
      applied: 0,
      parked: [],
    });
    const novel = { recordId: recordId(1), version: 1, type: 'probity.matrix.novel.v1' };
    expect(kinds(reader.deliver(events(novel, { recordId: recordId(1), version: 2 })))).toEqual([
      '1 POISON UNKNOWN_TYPE',
      '1 BEHIND BEHIND',
    ]);
  });

  it('rejects an event of a known record from another topic, whatever else is wrong with it', () => {
    const reader = model();
    reader.deliver(events({ recordId: recordId(1), version: 1 }));
    const foreign = [2, 7].map((version) => ({ recordId: recordId(1), version }));
    const folded = reader.deliver(
      log.append(OTHER, [...foreign, { recordId: recordId(1), version: 3, type: 'probity.matrix.novel.v1' }]),
    );
    expect(kinds(folded)).toEqual(Array.from({ length: 3 }, () => '1 REJECTED STREAM'));
    expect(folded.parked[0]?.reason).toBe(`the record belongs to ${HACKNEY}`);
    expect(reader.deliver(events({ recordId: recordId(1), version: 2 }))).toMatchObject({ applied: 1 });
  });

  it('rejects an event whose payload, header or key was changed after it was signed', () => {
    const batch = events({ recordId: recordId(1), version: 1, points: 1 });
    const [record] = batch.records;
    if (!record) throw new Error('the batch has a record');
    const forge = (change: Partial<typeof record>): string | undefined =>
      model().deliver({ ...batch, records: [{ ...record, ...change }] }).parked[0]?.code;
    const value = Buffer.from(record.value.toString().replace('"ct":"ey', '"ct":"eX'));
    expect(forge({ value })).toBe('FORMAT');
    expect(forge({ headers: { ...record.headers, ce_actor: 'STAFF-999' } })).toBe('SIGNATURE');
    expect(forge({ key: recordId(2) })).toBe('SIGNATURE');
    expect(forge({})).toBeUndefined();
  });

  it('rejects an event that an unknown writer signed without holding the record that it names', () => {
    const reader = model();
    const forged = new SignedLog(TOPICS).append(HACKNEY, [{ recordId: recordId(1), version: 1, points: 9 }]);
    const folded = reader.deliver(forged);
    expect(kinds(folded)).toEqual(['1 REJECTED SIGNATURE']);
    expect(folded.parked[0]).toMatchObject({ eventId: null, type: null, version: null });
    expect(folded.lastEventTime).toBeNull();
    reader.deliver(events({ recordId: recordId(1), version: 1, points: 2 }));
    expect(reader.context.states.get(recordId(1))?.total).toBe(2);
  });

  it('repeats nothing of what a forger wrote', () => {
    const batch = events({ recordId: recordId(1), version: 1 });
    const canary = 'SYN-Person';
    const [record] = batch.records;
    if (!record) throw new Error('the batch has a record');
    const names = Object.keys(record.headers);
    const changes = names.map((name) => ({ headers: { ...record.headers, [name]: canary } }));
    for (const change of [...changes, { key: canary }, { value: Buffer.from(canary) }]) {
      const { parked } = model().deliver({ ...batch, records: [{ ...record, ...change }] });
      expect(JSON.stringify(parked.map((event) => ({ ...event, position: null })))).not.toContain(canary);
    }
  });

  it('rejects an event of another topic that was copied into this one', () => {
    const batch = log.append(OTHER, [{ recordId: recordId(1), version: 1, type: COUNTED }]);
    expect(model().deliver({ ...batch, topic: HACKNEY }).parked[0]?.kind).toBe('REJECTED');
  });

  it('parks where the vault lends no key, and where the fold breaks a rule', () => {
    const unknown = model().deliver(events({ recordId: recordId(9), version: 1 }));
    expect(kinds(unknown)).toEqual(['9 POISON KEY_UNAVAILABLE']);
    const broken = model().deliver(events({ recordId: recordId(1), version: 1, points: -1 }));
    expect(broken.parked[0]).toMatchObject({ code: 'RULE', reason: 'points are not negative' });
  });
});
