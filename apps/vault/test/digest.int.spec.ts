import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  canonicalBytes,
  type EventHeader,
  type JsonValue,
  type SealedGroup,
  type SealedGroups,
} from '@probity/events';
import {
  deriveSubkey,
  seal,
  sealContextOf,
  type DigestEvent,
  type DigestRecord,
  type FreshKey,
} from '@probity/sealing';
import type { Harness } from '@probity/testing';
import { startVault, vaultHarness, type VaultFixture } from './vault-fixture.js';

const HACKNEY = 'E09000012';
const NEWHAM = 'E09000025';
const PERSON = {
  familyName: 'Zzcanary',
  givenName: 'Synthia',
  dateOfBirth: '2001-02-03',
  localRef: 'HK-CANARY-77',
};
const EQUALITY = { sex: 'F', birthYear: 2001, ethnicitySelf: 'canary-ethnicity', ethnicityOfficer: null };

type Payloads = { readonly [group in SealedGroup]?: JsonValue };
type Head = Pick<EventHeader, 'source' | 'id' | 'subject' | 'type' | 'streamversion'>;

describe('[R-64] the digest of records', () => {
  let harness: Harness;
  let fixture: VaultFixture;
  let keys: FreshKey[];

  beforeAll(async () => {
    process.env['BOROUGHS'] = HACKNEY;
    harness = await vaultHarness();
    fixture = await startVault(harness);
    keys = await fixture.client('borough-ingest').freshKeys({ borough: HACKNEY, family: 'matrix', count: 4 });
  }, 300_000);

  afterAll(async () => {
    delete process.env['BOROUGHS'];
    await fixture.close();
    await harness.close();
  });

  const sealedEvent = (key: FreshKey, head: Head, payloads: Payloads): DigestEvent => {
    const sealed: { [group in SealedGroup]?: SealedGroups[group] } = {};
    for (const [group, payload] of Object.entries(payloads) as [SealedGroup, JsonValue][]) {
      const plaintext = canonicalBytes(payload);
      sealed[group] = seal(deriveSubkey(key.dek, group), group, sealContextOf(head, key, 1), plaintext);
    }
    return { ...head, skeleton: { borough: HACKNEY }, sealed };
  };

  /** A person entered from a list and asserted, under a key of their own and with evidence ids of their own. */
  const entered = (key: FreshKey, evidenceId: string): DigestRecord => {
    const head = (streamversion: number, type: string): Head => ({
      source: `/boroughs/${HACKNEY}`,
      id: `01934b5e-7c00-7000-8000-${key.recordId.slice(-12)}`,
      subject: `records/${key.recordId}`,
      type,
      streamversion,
    });
    const evidence = [{ evidenceId, sourceRef: 'CRIS 1', eventDate: '2026-05-01' }];
    return {
      recordId: key.recordId,
      borough: HACKNEY,
      events: [
        sealedEvent(key, head(1, 'probity.matrix.entry-proposed.v1'), {
          case: { evidence, group: { id: key.recordId, version: 1 } },
          identity: PERSON,
          equality: EQUALITY,
        }),
        sealedEvent(key, head(2, 'probity.matrix.legacy-entry-asserted.v1'), {
          case: { countedEvidence: [evidenceId], band: 'RED' },
        }),
      ],
    };
  };
  const first = (): DigestRecord => entered(keys[0]!, 'bbbbbbbb-0000-4000-8000-000000000001');
  const post = (records: unknown): ReturnType<VaultFixture['post']> =>
    fixture.post('borough-ingest', '/v1/digest/records', { records });

  it('is the same for the same content under other keys, ids and nonces, in whatever order it is sent', async () => {
    const ingest = fixture.client('borough-ingest');
    const lines = await ingest.digestRecords([first()]);
    const again = entered(keys[1]!, 'aaaaaaaa-0000-4000-8000-000000000002');
    expect(await ingest.digestRecords([{ ...again, events: [...again.events].reverse() }])).toEqual(lines);
    expect(lines).toHaveLength(2);
  });

  it('[R-61] says nothing but borough, version, type and hashes', async () => {
    const answer = await post([first()]);
    expect(answer.status).toBe(200);
    for (const line of answer.body['lines'] as string[]) {
      expect(line).toMatch(/^E09000012\|[0-9a-f]{64}\|[12]\|probity\.matrix\.[a-z-]+\.v1\|[0-9a-f]{64}$/);
    }
    const words = [...Object.values(PERSON), 'canary-ethnicity', 'RED', 'CRIS', keys[0]!.recordId];
    for (const word of words) {
      expect(answer.text).not.toContain(word);
      expect(fixture.log()).not.toContain(word);
    }
  });

  it('[R-63] is refused for a group that was moved from another record, or altered', async () => {
    const [one, other] = [first(), entered(keys[2]!, 'cccccccc-0000-4000-8000-000000000003')];
    const swapped = {
      ...one,
      events: [{ ...one.events[0]!, sealed: other.events[0]!.sealed }, one.events[1]!],
    };
    const caseGroup = one.events[0]!.sealed.case!;
    const nowhere = { ...one, recordId: '00000000-0000-4000-8000-00000000dead' };
    const altered = [{ ...caseGroup, kv: 2 }, { ...caseGroup, iv: 'AAAAAAAAAAAAAAAA' }, null, 7, {}].map(
      (envelope) => ({
        ...one,
        events: [{ ...one.events[0]!, sealed: { case: envelope } }],
      }),
    );
    for (const record of [swapped, nowhere, ...altered]) {
      const answer = await post([first(), record]);
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ code: 'KEY-001', errors: [{ field: 'records.1' }] });
      expect(answer.text).not.toContain('canary');
    }
  });

  it('[R-85] is refused for a record of a borough that the service does not host, or that the key is not of', async () => {
    const foreign = await post([{ ...first(), borough: NEWHAM }]);
    expect([foreign.status, foreign.body['code']]).toEqual([403, 'ACC-002']);
    const [key] = await fixture
      .client('governance')
      .freshKeys({ borough: NEWHAM, family: 'matrix', count: 1 });
    const claimed = await post([entered(key!, 'dddddddd-0000-4000-8000-000000000004')]);
    expect([claimed.status, claimed.body['code']]).toEqual([422, 'KEY-001']);
  });

  it('is closed: unknown fields, no records or too many are refused', async () => {
    const [event] = first().events;
    const wrong = [
      [],
      [{ ...first(), extra: 1 }],
      [{ ...first(), events: [{ ...event, identity: {} }] }],
      Array(501).fill(first()),
    ];
    for (const records of wrong) expect((await post(records)).status).toBe(400);
  });

  it('[R-61] is not made of a store that is not synthetic', async () => {
    const real = await startVault(harness, { synthetic: false, clockMode: 'real' });
    const answer = await real.post('borough-ingest', '/v1/digest/records', { records: [first()] });
    expect([answer.status, answer.body['code']]).toEqual([403, 'ACC-005']);
    await real.close();
  });
});
