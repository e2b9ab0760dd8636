import { describe, expect, it } from '@jest/globals';
import { EVIDENCE_KINDS, MATTERS } from '@probity/domain';
import { ITEM_COLUMNS, ITEM_NAMES } from './columns.js';
import type { ColumnName, ItemPlace } from './columns.js';
import { contentOf } from './legacy-row.js';
import type { ReadableRow } from './legacy-row.js';
import type { Fields } from './spec-support.js';
import {
  DIALECTS,
  RULES,
  dialect,
  goodFields,
  itemsOf,
  listBytes,
  readOne,
  readingsOf,
} from './spec-support.js';

const PLAIN = dialect('plain');

async function readable(name: string, changes: Fields): Promise<ReadableRow> {
  const reading = await readOne(name, changes);
  if (reading.kind !== 'readable') throw new Error(`unreadable: ${reading.fields.join()}`);
  return reading;
}

async function faults(name: string, changes: Fields): Promise<readonly string[]> {
  const reading = await readOne(name, changes);
  return reading.kind === 'readable' ? [] : reading.fields;
}

/** The item of the first place, moved to another; blank fields where it was. */
function moved(to: ItemPlace, from: Fields): Fields {
  const entries = ITEM_COLUMNS.flatMap((column) => [
    [ITEM_NAMES[1][column], ''],
    [ITEM_NAMES[to][column], from[ITEM_NAMES[1][column]] ?? ''],
  ]);
  return Object.fromEntries(entries) as Fields;
}

describe('a row of a list', () => {
  it.each(DIALECTS.map(({ name }) => name))(
    '[R-10] has the same canonical values in dialect %s',
    async (name) => {
      const { line, row } = await readable(name, {
        approved_by: 'STAFF-9',
        date_approved: dialect(name).date.write('2026-10-09'),
        group: 'Ivory Rowan 020',
        custody: 'HMP',
        ethnicity_self: 'W1',
      });
      expect(line).toBe(2);
      expect(row).toEqual({
        localRef: 'SYN-1',
        personType: 'Nominal',
        familyName: 'Votav',
        givenName: 'Sajin',
        dateOfBirth: '1995-01-12',
        sex: '',
        ethnicitySelf: 'W1',
        ethnicityOfficer: '',
        addedBy: 'STAFF-3',
        dateAdded: '2026-10-08',
        approvedBy: 'STAFF-9',
        dateApproved: '2026-10-09',
        lastReview: null,
        childAuthority: null,
        group: 'Ivory Rowan 020',
        inCustody: true,
        items: [
          {
            kind: 'CONVICTION',
            basis: 'FACT',
            sourceRef: 'SYN-SRC-1',
            rootOriginId: 'SYN-ORG-1',
            originOrg: 'MPS',
            sourceClass: 'POLICE',
            grade: { scheme: '3x5x2', source: 1, information: 'A', handling: 'P', conditions: [] },
            eventDate: '2026-03-02',
            receivedAt: '2026-03-04',
            submittedBy: 'STAFF-1',
            verifiedBy: 'STAFF-2',
            about: 'violence',
            matter: 'GBH',
            lawfullyObtained: true,
          },
        ],
      });
    },
  );

  it('[R-19] whose fields are not as many as those of the header names no reference', async () => {
    const head = listBytes(PLAIN, []).toString();
    const row =
      listBytes(PLAIN, [goodFields(PLAIN)])
        .toString()
        .split('\r\n')[1] ?? '';
    for (const line of [`${row},`, row.replace(',', ''), 'SYN-1']) {
      expect(await readingsOf(Buffer.from(`${head}${line}\r\n`))).toEqual([
        { kind: 'unreadable', line: 2, localRef: null, codes: ['SCH-003'], fields: [] },
      ]);
    }
  });

  it.each(['local_ref', 'family_name', 'given_name', 'date_of_birth', 'date_added', 'added_by'] as const)(
    '[R-19] with a blank %s is unreadable, white space being blank',
    async (column) => {
      const localRef = column === 'local_ref' ? null : 'SYN-1';
      for (const blank of ['', ' ', '\t']) {
        expect(await readOne('plain', { [column]: blank })).toEqual({
          kind: 'unreadable',
          line: 2,
          localRef,
          codes: ['SCH-003'],
          fields: [column],
        });
      }
    },
  );

  it.each([
    'sex',
    'approved_by',
    'date_approved',
    'last_review',
    'group',
    'person_type',
    'custody',
    'ev1_verified_by',
    'ev1_offence',
  ] as const)('may leave %s blank', async (column) => {
    expect((await readOne('plain', { [column]: ' ' })).kind).toBe('readable');
  });

  it('[R-19] has no date that is partial, impossible, of another form or after the as-of date', async () => {
    const columns: ColumnName[] = [
      'date_of_birth',
      'date_added',
      'date_approved',
      'last_review',
      'ev1_date',
      'ev1_received',
    ];
    for (const column of columns) {
      expect(await faults('plain', { [column]: '2026-11-01' })).toEqual([]);
      for (const text of ['2026-11-02', '2026-02-31', '2026', 'unknown', '01/02/2026', '01-Feb-26']) {
        expect(await faults('plain', { [column]: text })).toEqual([column]);
      }
    }
  });

  it('names every column at fault, in canonical order', async () => {
    const changes = {
      ev1_grade: '4A P',
      ev1_about: 'gang',
      family_name: '',
      date_of_birth: '9999',
      ev1_ref: '',
    };
    expect(await faults('plain', changes)).toEqual([
      'family_name',
      'date_of_birth',
      'ev1_ref',
      'ev1_grade',
      'ev1_about',
    ]);
  });

  it('passes any person type on in canonical words, for the domain to decide', async () => {
    expect((await readable('semicolon', { person_type: 'ASSOC' })).row.personType).toBe('Associate');
    expect((await readable('plain', { person_type: 'ASSOC' })).row.personType).toBe('ASSOC');
    expect((await readable('excel', { person_type: 'NOM' })).row.personType).toBe('NOM');
    expect((await readable('excel', { person_type: '?' })).row.personType).toBe('?');
    expect((await readable('excel', { person_type: '' })).row.personType).toBe('');
  });
});

describe('an evidence item of a row', () => {
  it.each([
    ['ev1_kind', ['RUMOUR', 'conviction', 'Conviction', ' CONVICTION', 'toString']],
    ['ev1_about', ['gang', 'Violence', 'weapons', '']],
    ['ev1_offence', ['THEFT', 'gbh', 'GBH ']],
    ['ev1_grade', ['1A', '1F P', '4A P', 'A6/1', '1AP', '1a P', '1A  P', 'F1/1', 'B2/4 ', '1A P\n', '']],
  ] as const)('[R-19] has a listed %s or makes its row unreadable', async (column, texts) => {
    for (const text of texts) expect(await faults('plain', { [column]: text })).toEqual([column]);
  });

  it('may be of every kind and matter of the domain, each with the basis that the operating model gives', async () => {
    for (const kind of EVIDENCE_KINDS) {
      const [item] = (await readable('plain', { ev1_kind: kind })).row.items;
      expect(item).toMatchObject({ kind, basis: RULES.kinds[kind].basis });
    }
    for (const matter of MATTERS) {
      expect((await readable('plain', { ev1_offence: matter })).row.items[0]?.matter).toBe(matter);
    }
    expect((await readable('plain', { ev1_grade: 'B2/4' })).row.items[0]?.grade).toMatchObject({
      scheme: '5x5x5',
    });
  });

  it("knows a dialect's own word in that dialect only", async () => {
    expect((await readable('excel', { ev1_kind: 'Intel report' })).row.items[0]?.kind).toBe(
      'INTELLIGENCE_REPORT',
    );
    expect((await readable('semicolon', { ev1_kind: 'SM' })).row.items[0]?.kind).toBe('SOCIAL_MEDIA');
    expect(await faults('excel', { ev1_kind: 'SM' })).toEqual(['ev1_kind']);
    expect(await faults('semicolon', { ev1_kind: 'Intel report' })).toEqual(['ev1_kind']);
    expect(await faults('excel', { ev1_kind: 'intel report' })).toEqual(['ev1_kind']);
  });

  it('is whole or absent', async () => {
    for (const column of ITEM_COLUMNS.filter((name) => name !== 'verified_by' && name !== 'offence')) {
      expect(await faults('plain', { [ITEM_NAMES[1][column]]: '' })).toEqual([ITEM_NAMES[1][column]]);
    }
    for (const column of ITEM_COLUMNS) {
      const fields = await faults('plain', { [ITEM_NAMES[3][column]]: 'x' });
      expect(fields.length).toBeGreaterThan(0);
      if (column !== 'kind') expect(fields).toContain('ev3_kind');
    }
  });

  it('need not stand in the first place', async () => {
    const { row } = await readable('plain', moved(3, goodFields(PLAIN)));
    expect(row.items).toHaveLength(1);
    expect(row.items[0]?.sourceRef).toBe('SYN-SRC-1');
    const none = await readable('plain', Object.fromEntries(ITEM_COLUMNS.map((c) => [ITEM_NAMES[1][c], ''])));
    expect(none.row.items).toEqual([]);
  });

  it.each([
    ['MPS', 'POLICE'],
    ['YJS', 'PARTNER'],
    ['COURT', 'COURT'],
    ['COMMUNITY', 'COMMUNITY'],
    ['mps', 'PARTNER'],
  ])('of organisation %s comes from source class %s', async (org, sourceClass) => {
    expect((await readable('plain', { ev1_org: org })).row.items[0]).toMatchObject({
      originOrg: org,
      sourceClass,
    });
  });
});

describe('what must not cross the door', () => {
  it('[R-19] is counted where it is filled, and is in no reading', async () => {
    const planted = {
      home_address: '1 Nowhere',
      pnc_id: 'SYN99',
      nickname: 'Canary',
      notes: 'Free text',
      reviewed_by: 'R-9',
    };
    const rows = [
      goodFields(PLAIN, planted),
      goodFields(PLAIN, { nickname: ' ' }),
      goodFields(PLAIN, { ...planted, ev1_kind: 'X' }),
    ];
    const items = await itemsOf(listBytes(PLAIN, rows));
    const dropped = items.map((item) => (item.kind === 'row' ? item.dropped : null));
    const one = { home_address: 1, pnc_id: 1, nickname: 1 };
    expect(dropped).toEqual([one, { home_address: 0, pnc_id: 0, nickname: 0 }, one]);
    for (const item of items) {
      if (item.kind === 'problem') throw new Error('problem');
      const { reading } = item;
      expect(JSON.stringify(reading)).not.toMatch(/Nowhere|SYN99|Canary|Free text/);
      if (reading.kind === 'readable') expect(JSON.stringify(reading.row)).not.toContain('R-9');
    }
  });
});

describe('the content of a row', () => {
  const content = async (name: string, changes: Fields): Promise<string> =>
    contentOf(await readable(name, changes));

  it('is the same for the same canonical values in words, dates and blanks of any dialect', async () => {
    const plain = await content('plain', { ev1_kind: 'INTELLIGENCE_REPORT', sex: '' });
    expect(await content('semicolon', { ev1_kind: 'INTEL', person_type: 'NOM', sex: ' ' })).toBe(plain);
    expect(await content('excel', { ev1_kind: 'Intel report', person_type: 'Gang nominal' })).toBe(plain);
  });

  it.each(['notes', 'home_address', 'pnc_id', 'nickname'] as const)(
    'does not depend on %s',
    async (column) => {
      expect(await content('plain', { [column]: 'x' })).toBe(await content('plain', {}));
    },
  );

  it.each([
    'band',
    'harm_score',
    'custody',
    'reviewed_by',
    'sex',
    'group',
    'ev1_org',
    'person_type',
    'child_authority',
  ] as const)('depends on %s', async (column) => {
    expect(await content('plain', { [column]: 'Other' })).not.toBe(await content('plain', {}));
  });

  it('depends on the place of an item', async () => {
    expect(await content('plain', moved(2, goodFields(PLAIN)))).not.toBe(await content('plain', {}));
  });
});
