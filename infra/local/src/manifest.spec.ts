import { describe, expect, it } from '@jest/globals';
import { BOROUGH_CODES } from '@probity/messaging';
import { expandPrincipals, expandRights, expandTopics, readManifest } from './manifest.js';
import { rightsDrift } from './topics.js';

const manifest = readManifest();

describe('the topic manifest', () => {
  it('names two topics a borough and four of the centre, and keeps their records for ever', () => {
    const topics = expandTopics(manifest);
    expect(topics).toHaveLength(68);
    expect(topics.filter((topic) => topic.partitions !== 1).map((topic) => topic.name)).toEqual([
      'access',
      'looks',
    ]);
    for (const { config } of topics) {
      expect(config).toMatchObject({
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'retention.bytes': '-1',
      });
    }
  });

  it('knows the boroughs that the message library knows', () => {
    expect(manifest.boroughs).toEqual(BOROUGH_CODES);
  });

  it('keeps two of three copies in step where there are three', () => {
    const [topic] = expandTopics(manifest, { replication: 'cluster' });
    expect(topic).toMatchObject({ replication: 3, config: { 'min.insync.replicas': '2' } });
  });

  it('[R-02] lets each borough write its own two topics and the access topic, and no other', () => {
    for (const borough of manifest.boroughs) {
      const writable = expandRights(manifest)
        .filter((rule) => rule.principal === `ingest-${borough}` && rule.operation === 'WRITE')
        .map((rule) => rule.name);
      expect(writable.sort()).toEqual(['access', `matrix.${borough}`, `safeguarding.${borough}`]);
    }
  });

  it('[R-02] gives the matrix projection nothing of safeguarding, nor the other way round', () => {
    const touched = (principal: string): string[] =>
      expandRights(manifest)
        .filter((rule) => rule.principal === principal)
        .map((rule) => rule.name);
    expect(touched('projector-matrix').filter((name) => name.startsWith('safeguarding'))).toEqual([]);
    expect(touched('projector-safeguarding').filter((name) => name.startsWith('matrix'))).toEqual([]);
  });

  it('grants nothing but reading, writing and describing', () => {
    const operations = new Set(expandRights(manifest).map((rule) => rule.operation));
    expect([...operations].sort()).toEqual(['DESCRIBE', 'READ', 'WRITE']);
  });

  it('makes one principal a borough', () => {
    expect(expandPrincipals(manifest)).toHaveLength(37);
    expect(expandPrincipals(manifest, { boroughs: ['E09000012'] })).toContain('ingest-E09000012');
  });

  it('sets a prefix before topics and groups, not before principals', () => {
    const [rule] = expandRights(manifest, { topicPrefix: 't1.', boroughs: ['E09000012'] });
    expect(rule).toMatchObject({ principal: 'ingest-E09000012', name: 't1.matrix.E09000012' });
  });
});

describe('drift of access rights', () => {
  const wanted = expandRights(manifest, { boroughs: ['E09000012'] });
  const principals = expandPrincipals(manifest, { boroughs: ['E09000012'] });
  const extra = (principal: string) =>
    ({
      principal,
      resource: 'topic',
      pattern: 'literal',
      name: 'matrix.E09000012',
      operation: 'WRITE',
    }) as const;

  it('is nothing when the broker has what the manifest says', () => {
    expect(rightsDrift(wanted, wanted, principals)).toEqual({ lacking: [], differing: [] });
  });

  it('is a right that is missing', () => {
    expect(rightsDrift(wanted, wanted.slice(1), principals)).toEqual({
      lacking: ['the right ingest-E09000012 READ topic matrix.E09000012 (literal) is missing'],
      differing: [],
    });
  });

  it('is a right that one of our principals, or everybody, was given on the quiet', () => {
    expect(rightsDrift(wanted, [...wanted, extra('projector-matrix')], principals).differing).toHaveLength(1);
    expect(rightsDrift(wanted, [...wanted, extra('*')], principals).differing).toHaveLength(1);
  });

  it('is not what others on a shared broker may do', () => {
    expect(rightsDrift(wanted, [...wanted, extra('somebody-else')], principals).differing).toEqual([]);
  });
});
