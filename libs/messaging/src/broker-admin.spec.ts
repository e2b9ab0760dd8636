import { describe, expect, it } from '@jest/globals';
import { topicDrift } from './broker-admin.js';

const SPEC = { name: 'matrix.E09000012', partitions: 1, replication: 3, config: { 'retention.ms': '-1' } };

describe('drift between manifest and broker', () => {
  it('is empty when every topic is as written, and extra topics and settings do not count', () => {
    const live = { ...SPEC, config: { ...SPEC.config, 'segment.bytes': '1' } };
    expect(topicDrift([SPEC], [live, { ...SPEC, name: 'other' }])).toEqual([]);
  });

  it('names a missing topic, and each number and setting that differs', () => {
    const live = { ...SPEC, partitions: 2, replication: 1, config: {} };
    expect(topicDrift([SPEC], [live])).toEqual([
      'matrix.E09000012 has 2 partitions, the manifest says 1',
      'matrix.E09000012 has 1 replicas, the manifest says 3',
      'matrix.E09000012 has retention.ms=(broker default), the manifest says -1',
    ]);
    expect(topicDrift([SPEC], [])).toEqual(['matrix.E09000012 does not exist']);
  });
});
