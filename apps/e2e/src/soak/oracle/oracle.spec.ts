import { describe, expect, it } from '@jest/globals';
import { explain } from '../explain.js';
import type { Fault } from '../fault.js';
import type { CommittedEvent } from './committed.js';
import { compareTopics } from './compare-topics.js';
import type { LoggedEvent, LoggedLane } from './logged.js';
import { differences, type Outcome } from './outcome.js';

const committed = (id: string): CommittedEvent => ({
  ...{ id, stream: `records/${id}`, version: 1, topic: 'matrix.E09000012', type: 'probity.matrix.x.v1' },
  ...{ header: 'h', sealed: null, path: 'p', writerKey: 'k', signature: 's' },
});

const logged = (id: string, change: Partial<LoggedEvent> = {}): [string, LoggedEvent] => {
  const { stream, version, type, header, sealed, path, writerKey, signature } = committed(id);
  return [id, { offset: 0n, stream, version, type, header, sealed, path, writerKey, signature, ...change }];
};

const lane = (...events: [string, LoggedEvent][]): LoggedLane => ({
  lane: { topic: 'matrix.E09000012', partition: 0, from: 0n, principal: 'p' },
  ...{ events: new Map(events), duplicates: 0, records: {}, end: 0n, findings: [] },
});

describe('the oracle', () => {
  it('finds nothing where the topics hold what the store holds', () => {
    expect(compareTopics([committed('a'), committed('b')], [lane(logged('a'), logged('b'))])).toEqual([]);
  });

  it('finds an event that is lost, one that is foreign, and one that is another', () => {
    expect(compareTopics([committed('a'), committed('b')], [lane(logged('a'))])).toEqual([
      'topics: 1 events lost, first matrix.E09000012 records/b version 1',
    ]);
    expect(compareTopics([committed('a')], [lane(logged('a'), logged('x'))])).toEqual([
      'topics: 1 events that the store does not know',
    ]);
    for (const change of [{ header: 'other' }, { sealed: 'other' }, { signature: 'other' }, { version: 2 }])
      expect(compareTopics([committed('a')], [lane(logged('a', change))])).toEqual([
        'topics: 1 events differ from the store, first matrix.E09000012 records/a version 1',
      ]);
  });

  it('names in what an outcome differs from the clean one, and no content of the report', () => {
    const wanted: Outcome = {
      report: 'borough,local_ref,line,status\nE09000012,SYN-1,2,ENTERED\n',
      digest: { digest: 'd', records: 1, events: 2 },
      tables: { 'matrix.entry': { rows: 1, digest: 't' } },
      types: { a: 2 },
    };
    const found: Outcome = {
      report: 'borough,local_ref,line,status\nE09000012,SYN-1,2,DUPLICATE\n',
      digest: { digest: 'e', records: 1, events: 2 },
      tables: { 'matrix.entry': { rows: 2, digest: 't' } },
      types: { a: 2, b: 1 },
    };
    expect(differences(wanted, wanted)).toEqual([]);
    expect(differences(wanted, found)).toEqual([
      'report: 1 lines differ, first line 1: DUPLICATE instead of ENTERED',
      'digest: digest is "e" instead of "d"',
      'rows: matrix.entry is {"rows":2,"digest":"t"} instead of {"rows":1,"digest":"t"}',
      'events: b is 1 instead of absent',
    ]);
  });

  it('takes repeats for explained only after a fault that can lead to them, or when they were sent on purpose', () => {
    const moment = { reached: 'announced', share: 0, delayMs: 0 } as const;
    const clock: Fault = { kind: 'clock', minutes: 1, moment };
    const kill: Fault = { kind: 'kill', target: 'kafka', downMs: 0, moment };
    const repeats = { 'matrix.E09000012': 3 };
    expect(explain(repeats, {}, [clock], false).findings).toHaveLength(1);
    expect(explain(repeats, {}, [clock], true).findings).toEqual([]);
    expect(explain(repeats, {}, [clock, kill], false).findings).toEqual([]);
    expect(explain(repeats, repeats, [clock], false).findings).toEqual([]);
    expect(explain(repeats, { 'matrix.E09000012': 2 }, [clock], false).findings).toHaveLength(1);
  });
});
