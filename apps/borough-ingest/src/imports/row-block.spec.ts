import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadOperatingModel, parseBoroughCode, isRefusal } from '@probity/domain';
import { readOperatingModel } from '@probity/platform';
import { loadDialects } from '../reading/dialect.js';
import { openList } from '../reading/legacy-file.js';
import type { ListItem } from '../reading/legacy-file.js';
import { loadIngestConfig } from '../ingest.config.js';
import type { DecidedRow } from './decided-row.js';
import { KeyPool } from './key-pool.js';
import { RowBlock } from './row-block.js';
import { RowDecider } from './row-decider.js';
import { RowHasher } from './row-key.js';
import type { FirstRow, SeenRowsRepository } from './seen-rows.repository.js';

const { text, hash } = readOperatingModel();
const model = loadOperatingModel(text, hash);
const borough = parseBoroughCode('E09000012');
if (isRefusal(borough)) throw new Error('Hackney is a borough');

const PERSON = 'Synor,Kam,2000-01-01';
const ITEM = 'VICTIMISATION,SYN-1,SYN-O-1,MPS,1A P,2026-10-01,2026-10-02,STAFF-1,STAFF-2,victim';
const HEADER = [
  'local_ref,person_type,family_name,given_name,date_of_birth,date_added,added_by,home_address,notes',
  'ev1_kind,ev1_ref,ev1_origin,ev1_org,ev1_grade,ev1_date,ev1_received,ev1_submitted_by,ev1_verified_by,ev1_about,ev1_offence',
  'approved_by,child_authority,date_approved,last_review,band,harm_score,pnc_id,nickname,sex,ethnicity_self,ethnicity_officer',
  'custody,reviewed_by,group,ev2_kind,ev2_ref,ev2_origin,ev2_org,ev2_grade,ev2_date,ev2_received,ev2_submitted_by,ev2_verified_by,ev2_about,ev2_offence',
  'ev3_kind,ev3_ref,ev3_origin,ev3_org,ev3_grade,ev3_date,ev3_received,ev3_submitted_by,ev3_verified_by,ev3_about,ev3_offence',
].join(',');
const COLUMNS = HEADER.split(',').length;

function row(localRef: string, { type = 'Victim', person = PERSON, notes = '' } = {}): string {
  const filled = [localRef, type, person, '2026-10-05', 'STAFF-3', '1 Imaginary Road', notes, ITEM]
    .join(',')
    .split(',');
  return [...filled, ...Array<string>(COLUMNS - filled.length).fill('')].join(',');
}

/** Rows that an interrupted run, or an earlier file, has left behind: the same table, held in memory. */
class Seen {
  readonly rows = new Map<string, FirstRow>();

  firstRows(_scope: Buffer, _borough: string, keys: readonly Buffer[]): Promise<Map<string, FirstRow>> {
    const hexes = keys.map((key) => key.toString('hex'));
    return Promise.resolve(new Map([...this.rows].filter(([hex]) => hexes.includes(hex))));
  }

  keep(decided: readonly DecidedRow[]): void {
    for (const { macs, outcome } of decided) {
      if (macs)
        this.rows.set(macs.rowKey.toString('hex'), { contentMac: macs.contentMac, line: outcome.line });
    }
  }
}

const indexKey = randomBytes(32);

async function decide(
  lines: readonly string[],
  seen = new Seen(),
  cut = lines.length,
): Promise<DecidedRow[]> {
  const { dialects } = loadDialects(loadIngestConfig({}).adaptersDirectory);
  const source = (async function* () {
    await Promise.resolve();
    yield Buffer.from(`${[HEADER, ...lines].join('\r\n')}\r\n`);
  })();
  const list = await openList(source, { dialects });
  if (!('rows' in list)) throw new Error(list.sentence);
  const items: Extract<ListItem, { kind: 'row' }>[] = [];
  for await (const item of list.rows({ asOf: '2026-11-01' as never, rules: model }))
    if (item.kind === 'row') items.push(item);
  const keys = new KeyPool(
    {
      freshKeys: ({ count }) =>
        Promise.resolve(
          Array.from({ length: count }, () => ({
            recordId: randomUUID(),
            dekVersion: 1,
            dek: randomBytes(32),
          })),
        ),
    },
    'E09000012',
  );
  const context = {
    borough,
    asAt: '2026-11-01T09:00:00.000Z',
    isWindowOpen: true,
    model,
    groupOf: () => null,
    keys,
    nextId: randomUUID,
  };
  const job = { id: 'j', borough: 'E09000012', fileHash: 'f', windowId: null, isDryRun: false } as never;
  const run = { job, borough: 'E09000012', hasher: new RowHasher('E09000012', indexKey) };
  const block = new RowBlock(
    run,
    list,
    new RowDecider(context as never),
    keys,
    seen as unknown as SeenRowsRepository,
  );
  const first = await block.decide(items.slice(0, cut));
  return [...first, ...(await block.decide(items.slice(cut)))];
}

const statuses = (rows: readonly DecidedRow[]): string[] =>
  rows.map(({ outcome }) => [outcome.status, ...outcome.codes].join(' '));

describe('a block of rows', () => {
  it('takes the first row of a reference, calls the same again a duplicate and another content a contradiction', async () => {
    const other = row('A', { person: 'Synor,Kam,2000-01-02' });
    const rows = await decide([row('A'), row('A', { notes: 'other notes' }), other, row('A')]);
    expect(statuses(rows)).toEqual(['REGISTERED', 'DUPLICATE', 'PROBLEM SCH-005', 'DUPLICATE']);
    expect(rows.map(({ write }) => write?.kind ?? null)).toEqual(['record', null, null, null]);
  });

  it('knows the rows of the block before while that is on its way to the database', async () => {
    const lines = [
      row('A'),
      row('B', { type: 'Associate' }),
      row('A'),
      row('B', { type: 'Witness' }),
      row('C'),
    ];
    const rows = await decide(lines, new Seen(), 2);
    expect(statuses(rows)).toEqual(statuses(await decide(lines)));
    expect(rows.map(({ write }) => write?.kind ?? null)).toEqual(['record', 'refusal', null, null, 'record']);
  });

  it('lets an unreadable row take no reference, so that its corrected copy is decided', async () => {
    const rows = await decide([row('A', { person: 'Synor,Kam,2000-02-31' }), row('A')]);
    expect(statuses(rows)).toEqual(['PROBLEM SCH-003', 'REGISTERED']);
    expect(Buffer.from(rows[0]?.problemRow ?? '', 'base64').toString()).not.toContain('Imaginary Road');
  });

  it('[R-05] refuses associates and witnesses by role alone, and logs no more than the codes', async () => {
    const rows = await decide([
      row('A', { type: 'Associate' }),
      row('B', { type: 'Witness' }),
      row('C', { type: '?' }),
    ]);
    expect(statuses(rows)).toEqual(['REFUSED ROLE-004', 'REFUSED ROLE-003', 'REFUSED ROLE-001']);
    expect(rows[0]?.write).toEqual({ kind: 'refusal', command: 'ImportEntry', codes: ['ROLE-004'] });
  });

  it('[R-39] tells the same outcomes in a second run, and writes nothing again', async () => {
    const lines = [row('A'), row('B', { type: 'Associate' }), row('A')];
    const seen = new Seen();
    const first = await decide(lines, seen);
    seen.keep(first);
    const second = await decide(lines, seen);
    expect(statuses(second)).toEqual(statuses(first));
    expect(second.map(({ write }) => write)).toEqual([null, null, null]);
  });

  it('compares with records of earlier files too', async () => {
    const seen = new Seen();
    seen.keep(await decide([row('A'), row('B')]));
    for (const [key, first] of seen.rows) seen.rows.set(key, { ...first, line: null });
    const changed = row('B', { person: 'Synor,Kim,2000-01-01' });
    expect(statuses(await decide([row('A'), changed, row('C')], seen))).toEqual([
      'DUPLICATE',
      'PROBLEM SCH-005',
      'REGISTERED',
    ]);
  });
});
