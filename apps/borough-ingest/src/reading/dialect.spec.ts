import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { COLUMNS } from './columns.js';
import { loadDialects, parseDialect } from './dialect.js';
import { ADAPTERS, dialect } from './spec-support.js';

const WHOLE = {
  name: 'own',
  delimiter: '|',
  encoding: 'utf-8',
  byteOrderMark: false,
  header: { separator: ' ', letters: 'lower', item: 'item {n}' },
  date: { pattern: 'DD MON YYYY' },
  words: {},
};

function faultsOf(changes: object): readonly string[] {
  const made = parseDialect({ ...WHOLE, ...changes });
  return 'name' in made ? [] : made;
}

describe('the four dialects of the boroughs', () => {
  it('are data files that all load', () => {
    const { dialects, faults } = loadDialects(ADAPTERS);
    expect(faults).toEqual([]);
    expect(dialects.map(({ name }) => name)).toEqual(['excel', 'plain', 'semicolon', 'tab']);
  });

  it.each([
    ['plain', ',', 'utf-8', false, 'family_name', 'ev1_submitted_by', 'pnc_id', 'problem_codes'],
    ['excel', ',', 'utf-8', true, 'Family Name', 'Evidence 1 Submitted By', 'Pnc Id', 'Problem Codes'],
    ['semicolon', ';', 'windows-1252', false, 'FAMILY_NAME', 'EV1_SUBMITTED_BY', 'PNC_ID', 'PROBLEM_CODES'],
    ['tab', '\t', 'utf-8', false, 'family-name', 'ev1-submitted-by', 'pnc-id', 'problem-codes'],
  ])(
    '%s has its delimiter, encoding and names',
    (name, delimiter, encoding, mark, family, submitted, pnc, codes) => {
      const { headers, ...form } = dialect(name);
      expect([form.delimiter, form.encoding, form.byteOrderMark]).toEqual([delimiter, encoding, mark]);
      expect(headers.get('family_name')).toBe(family);
      expect(headers.get('ev1_submitted_by')).toBe(submitted);
      expect(headers.get('pnc_id')).toBe(pnc);
      expect(headers.get('problem_codes')).toBe(codes);
      expect(headers.size).toBe(COLUMNS.length + 2);
    },
  );

  it.each([
    ['plain', '2026-03-02'],
    ['excel', '02/03/2026'],
    ['semicolon', '02-Mar-26'],
    ['tab', '02.03.2026'],
  ])('%s writes and reads 2 March 2026 as %s', (name, written) => {
    expect(dialect(name).date.read(written)).toBe('2026-03-02');
    expect(dialect(name).date.write('2026-03-02')).toBe(written);
  });

  it.each([
    ['excel', 'person_type', 'Gang nominal', 'Nominal'],
    ['excel', 'ev1_kind', 'Intel report', 'INTELLIGENCE_REPORT'],
    ['excel', 'ev2_kind', 'Partner report', 'PARTNER_REPORT'],
    ['excel', 'ev3_kind', 'CRIS suspect', 'RECORDED_CRIME_SUSPECT'],
    ['excel', 'ev1_kind', 'Conviction', 'CONVICTION'],
    ['excel', 'ev1_kind', 'Weapon recovered', 'WEAPON_RECOVERY'],
    ['excel', 'ev1_kind', 'Social media', 'SOCIAL_MEDIA'],
    ['semicolon', 'person_type', 'NOM', 'Nominal'],
    ['semicolon', 'person_type', 'VIC', 'Victim'],
    ['semicolon', 'person_type', 'ASSOC', 'Associate'],
    ['semicolon', 'ev1_kind', 'INTEL', 'INTELLIGENCE_REPORT'],
    ['semicolon', 'ev3_kind', 'SM', 'SOCIAL_MEDIA'],
    ['tab', 'person_type', 'Victim of gang crime', 'Victim'],
  ] as const)('%s %s "%s" means %s there and in no other dialect', (name, column, word, value) => {
    for (const other of loadDialects(ADAPTERS).dialects) {
      expect(other.canonical(column, word)).toBe(other.name === name ? value : word);
      expect(other.canonical(column, value)).toBe(value);
      expect(other.canonical(column, word.toLowerCase())).toBe(word.toLowerCase());
    }
  });

  it('knows a word in its own column only', () => {
    expect(dialect('semicolon').canonical('ev1_kind', 'NOM')).toBe('NOM');
    expect(dialect('semicolon').canonical('group', 'SM')).toBe('SM');
    expect(dialect('plain').canonical('ev1_kind', 'constructor')).toBe('constructor');
  });
});

describe('a dialect file', () => {
  it('brings a new dialect without code, own column names included', () => {
    const made = parseDialect({
      ...WHOLE,
      header: { ...WHOLE.header, names: { family_name: 'Surname', evN_org: 'Agency {n}' } },
      words: { custody: { inside: 'HMP' } },
    });
    if (!('name' in made)) throw new Error(made.join());
    expect(made.headers.get('family_name')).toBe('Surname');
    expect(made.headers.get('ev2_org')).toBe('Agency 2');
    expect(made.headers.get('ev2_ref')).toBe('item 2 ref');
    expect(made.date.read('02 Mar 2026')).toBe('2026-03-02');
    expect(made.canonical('custody', 'inside')).toBe('HMP');
  });

  it('is told every fault of its shape at once', () => {
    const faults = faultsOf({ delimiter: ';;', encoding: 'utf-16', colour: 1, date: {} });
    expect(faults).toEqual([
      'the file must NOT have additional properties (colour)',
      expect.stringMatching(/^delimiter must match pattern/),
      'encoding must be equal to one of the allowed values (utf-8, windows-1252)',
      "date must have required property 'pattern'",
    ]);
  });

  it('is told every fault of its meaning at once', () => {
    const faults = faultsOf({
      date: { pattern: 'DD-DD-YY' },
      words: { evN_kind: { Rumour: 'RUMOUR', CONVICTION: 'SOCIAL_MEDIA' }, colour: {} },
      header: { ...WHOLE.header, names: { group: 'sex', shoe: 'Shoe' } },
    });
    expect(faults).toEqual([
      'the date pattern needs DD exactly once',
      'the date pattern needs one of MM and MON exactly once',
      'a pattern with YY needs twoDigitYearsUpTo, the last two-digit year that is 20yy',
      'words.evN_kind: "Rumour" means "RUMOUR", which is no canonical value',
      'words.evN_kind: "CONVICTION" is itself a canonical value',
      'words.colour is no column',
      'header.names.shoe is no column',
      'header: two columns would be named "sex"',
    ]);
  });

  it('is told by the name of its file, beside the others that load', () => {
    const folder = mkdtempSync(join(tmpdir(), 'dialects-'));
    try {
      writeFileSync(join(folder, 'own.json'), JSON.stringify(WHOLE));
      writeFileSync(join(folder, 'broken.json'), '{');
      writeFileSync(join(folder, 'other.json'), JSON.stringify(WHOLE));
      writeFileSync(join(folder, 'void.json'), '{}');
      const { dialects, faults } = loadDialects(folder);
      expect(dialects.map(({ name }) => name)).toEqual(['own']);
      expect(faults[0]).toBe('broken.json: is not JSON');
      expect(faults[1]).toBe('other.json: name is "own", not the file\'s name');
      expect(faults.filter((fault) => fault.startsWith('void.json'))).toHaveLength(7);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
