import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { EventHeader, JsonValue, SealedGroup, SealedGroups } from '@probity/events';
import { canonicalJson, definitionOf } from '@probity/events';
import { open, sealContextOf, deriveSubkey } from './index.js';

interface GoldenSample {
  readonly type: string;
  readonly plain: { readonly sealed: { readonly [group in SealedGroup]?: JsonValue } };
  readonly headerBytes: string;
  readonly sealed: SealedGroups;
}

const FOLDER = new URL('../../events/test/golden/', import.meta.url);
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as T;
const samples = readdirSync(FOLDER)
  .filter((name) => /\.v\d+\.json$/.test(name))
  .map((name) => read<GoldenSample>(name));
const dataKey = Buffer.from(read<{ dataKey: string }>('keys.json').dataKey, 'hex');

describe('the sealed groups of every event version that was ever released', () => {
  it.each(samples)('open as what they were sealed as, of $type', ({ type, plain, headerBytes, sealed }) => {
    const header = JSON.parse(headerBytes) as EventHeader;
    for (const [group, envelope] of Object.entries(sealed) as [SealedGroup, SealedGroups['case']][]) {
      if (!envelope) throw new Error('a group that is named is there');
      const key = { recordId: header.key, dekVersion: envelope.kv };
      const context = sealContextOf(header, key, definitionOf(type).schemaVersion);
      const opened = open(deriveSubkey(dataKey, group), group, context, envelope).toString('utf8');
      expect(opened).toBe(canonicalJson(plain.sealed[group] ?? null));
    }
  });

  it('do not open as another version than they were sealed as', () => {
    const retired = samples.find(({ type }) => type === 'probity.safeguarding.entry-registered.v1');
    const envelope = retired?.sealed.case;
    if (!retired || !envelope) throw new Error('the sample is there');
    const header = JSON.parse(retired.headerBytes) as EventHeader;
    const asNext = { ...header, type: 'probity.safeguarding.entry-registered.v2' };
    const subkey = deriveSubkey(dataKey, 'case');
    const key = { recordId: header.key, dekVersion: envelope.kv };
    expect(() => open(subkey, 'case', sealContextOf(asNext, key, 1), envelope)).toThrow('not authentic');
    expect(() => open(subkey, 'case', sealContextOf(header, key, 2), envelope)).toThrow('not authentic');
  });
});
