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
    expect(reader.deliver(batch)).toMatchObject({ applied: 1, duplicates: 0, fault: null });
    expect(reader.deliver(batch)).toMatchObject({ applied: 0, duplicates: 1, fault: null });
    expect(reader.context.states.get(recordId(1))?.total).toBe(5);
  });

  it('applies what comes before a missing version and stops there', () => {
    const reader = model();
    const batch = events({ recordId: recordId(1), version: 1 }, { recordId: recordId(2), version: 2 }, { recordId: recordId(1), version: 2 }); // prettier-ignore
    const folded = reader.deliver(batch);
    expect(folded).toMatchObject({ applied: 1, next: batch.records[1]?.offset });
    expect(folded.fault).toMatchObject({ code: 'GAP', reason: 'version 2 of the record follows version 0' });
  });

  it('alarms when two events claim one version of a record', () => {
    const reader = model();
    reader.deliver(events({ recordId: recordId(1), version: 1, points: 1 }));
    const folded = reader.deliver(events({ recordId: recordId(1), version: 1, points: 2 }));
    expect(folded.fault).toMatchObject({ code: 'CONFLICT' });
  });

  it('skips a type on the ignore list and stops at a type on no list', () => {
    const reader = model();
    expect(reader.deliver(events({ recordId: recordId(1), version: 1, type: NOTED }))).toMatchObject({
      applied: 0,
      fault: null,
    });
    const folded = reader.deliver(
      events({ recordId: recordId(1), version: 1, type: 'probity.matrix.novel.v1' }),
    );
    expect(folded.fault).toMatchObject({ code: 'UNKNOWN_TYPE' });
  });

  it('refuses an event of a known record from another topic', () => {
    const reader = model();
    reader.deliver(events({ recordId: recordId(1), version: 1 }));
    const folded = reader.deliver(log.append(OTHER, [{ recordId: recordId(1), version: 2 }]));
    expect(folded.fault).toMatchObject({ code: 'STREAM', reason: `the record belongs to ${HACKNEY}` });
  });

  it('refuses an event whose payload, header or key was changed after it was signed', () => {
    const batch = events({ recordId: recordId(1), version: 1, points: 1 });
    const [record] = batch.records;
    if (!record) throw new Error('the batch has a record');
    const forge = (change: Partial<typeof record>): string | undefined =>
      model().deliver({ ...batch, records: [{ ...record, ...change }] }).fault?.code;
    const value = Buffer.from(record.value.toString().replace('"ct":"ey', '"ct":"eX'));
    expect(forge({ value })).toBe('FORMAT');
    expect(forge({ headers: { ...record.headers, ce_actor: 'STAFF-999' } })).toBe('SIGNATURE');
    expect(forge({ key: recordId(2) })).toBe('SIGNATURE');
    expect(forge({})).toBeUndefined();
  });

  it('refuses an event that an unknown writer signed', () => {
    const stranger = new SignedLog(TOPICS);
    const folded = model().deliver(stranger.append(HACKNEY, [{ recordId: recordId(1), version: 1 }]));
    expect(folded.fault).toMatchObject({ code: 'SIGNATURE' });
  });

  it('refuses an event of another topic that was copied into this one', () => {
    const batch = log.append(OTHER, [{ recordId: recordId(1), version: 1, type: COUNTED }]);
    expect(model().deliver({ ...batch, topic: HACKNEY }).fault?.code).toBeDefined();
  });

  it('stops where the vault lends no key, and where the fold breaks a rule', () => {
    const unknown = model().deliver(events({ recordId: recordId(9), version: 1 }));
    expect(unknown.fault).toMatchObject({ code: 'KEY_UNAVAILABLE' });
    const broken = model().deliver(events({ recordId: recordId(1), version: 1, points: -1 }));
    expect(broken.fault).toMatchObject({ code: 'RULE', reason: 'points are not negative' });
  });
});
