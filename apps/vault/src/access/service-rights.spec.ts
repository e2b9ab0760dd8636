import { describe, expect, it } from '@jest/globals';
import { BOROUGH_CODES } from '@probity/domain';
import { KEY_FAMILIES } from '../keys/key-family.js';
import { covers, hostedBoroughs, policyFor } from './service-rights.js';

const HACKNEY = 'E09000012';
const NEWHAM = 'E09000025';

describe('[R-07][ICO-1] rights to keys', () => {
  const { lease, issue } = policyFor(new Set([HACKNEY]));
  const held = (service: string, borough = HACKNEY): string[] =>
    KEY_FAMILIES.filter((family) => covers(lease.get(service), family, borough));

  it('[R-02] never give the matrix projector a victim, nor the safeguarding projector a suspect', () => {
    for (const borough of BOROUGH_CODES) {
      expect(held('projector-matrix', borough)).toEqual(['matrix', 'group']);
      expect(held('projector-safeguarding', borough)).toEqual(['safeguarding']);
    }
  });

  it('[R-85] give ingest every family of the boroughs that it hosts and nothing of others', () => {
    expect(held('borough-ingest')).toEqual(['matrix', 'safeguarding', 'group', 'import']);
    expect(held('borough-ingest', NEWHAM)).toEqual([]);
    expect(covers(issue.get('borough-ingest'), 'matrix', NEWHAM)).toBe(false);
  });

  it('let governance have keys made but lease none', () => {
    expect(held('governance')).toEqual([]);
    expect(covers(issue.get('governance'), 'import', NEWHAM)).toBe(true);
  });

  it('give a service that is not named nothing, whatever it is called', () => {
    for (const name of ['vault', 'kafka', 'operator', 'toString', '__proto__', 'constructor']) {
      expect(held(name)).toEqual([]);
    }
  });
});

describe('[R-85] the hosted boroughs', () => {
  it('are all 32 unless named', () => {
    expect([...hostedBoroughs({})]).toEqual([...BOROUGH_CODES]);
    expect(hostedBoroughs({ BOROUGHS: ' ' }).size).toBe(32);
  });

  it('are those named, and an unknown name does not start the vault', () => {
    expect([...hostedBoroughs({ BOROUGHS: `${HACKNEY}, ${NEWHAM}` })]).toEqual([HACKNEY, NEWHAM]);
    for (const text of ['E09000001', 'Hackney', `${HACKNEY},`]) {
      expect(() => hostedBoroughs({ BOROUGHS: text })).toThrow('BOROUGHS cannot be read');
    }
  });
});
