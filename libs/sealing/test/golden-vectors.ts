import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Envelope, SealedGroup } from '@probity/events';
import type { SealContext } from '../src/aad.js';
import { counterMode, gcmTag, hkdfSha256 } from './independent-crypto.js';

/** One group of an event, sealed with a nonce that is fixed for this purpose alone. All in hexadecimal. */
export interface GoldenGroup {
  readonly group: SealedGroup;
  readonly subkey: string;
  readonly commitment: string;
  readonly aad: string;
  readonly nonce: string;
  readonly plaintext: string;
  readonly envelope: Envelope;
}

/** The committed vectors of seal format v1. */
export interface GoldenVectors {
  readonly format: 'probity seal v1';
  readonly dek: string;
  readonly context: SealContext;
  readonly groups: readonly GoldenGroup[];
  readonly index: { readonly pepper: string; readonly borough: string; readonly key: string };
}

const CONTEXT: SealContext = {
  origin: '/boroughs/E09000012',
  eventId: '01934b5e-7c00-7000-8000-0000000000a1',
  streamId: 'records/5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2',
  eventType: 'probity.matrix.entry-proposed.v1',
  recordId: '5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2',
  dekVersion: 1,
  schemaVersion: 1,
};

const PLAINTEXTS: Readonly<Record<SealedGroup, string>> = {
  case: '{"ageClass":"ADULT","role":"SUSPECTED_OFFENDER"}',
  equality: '',
  identity: `{"familyName":"Żółć-Ångström","padding":"${'x'.repeat(240)}"}`,
};

/** The vectors worked out from the definitions, without the product. */
export function workOutVectors(): GoldenVectors {
  const dek = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
  const pepper = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));
  return {
    format: 'probity seal v1',
    dek: dek.toString('hex'),
    context: CONTEXT,
    groups: (['case', 'equality', 'identity'] as const).map((group, index) => workOut(dek, group, index)),
    index: {
      pepper: pepper.toString('hex'),
      borough: 'E09000012',
      key: hkdfSha256(pepper, 'E09000012').toString('hex'),
    },
  };
}

/** The committed file. */
export function readVectors(): { readonly vectors: GoldenVectors; readonly sha256: string } {
  const bytes = readFileSync(new URL('./golden/seal-v1.json', import.meta.url));
  return {
    vectors: JSON.parse(bytes.toString('utf8')) as GoldenVectors,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function workOut(dek: Buffer, group: SealedGroup, index: number): GoldenGroup {
  const subkey = hkdfSha256(dek, `probity/subkey/v1/${group}`);
  const commitment = hkdfSha256(subkey, 'probity/commit/v1');
  const aad = Buffer.concat(
    [
      'v1',
      CONTEXT.origin,
      CONTEXT.eventId,
      CONTEXT.streamId,
      CONTEXT.eventType,
      group,
      CONTEXT.recordId,
      '1',
      '1',
    ].map(lengthPrefixed),
  );
  const nonce = Buffer.alloc(12, 0xa0 + index);
  const plaintext = Buffer.from(PLAINTEXTS[group], 'utf8');
  const text = lengthPrefixed(PLAINTEXTS[group]);
  const padded = Buffer.concat([text, Buffer.alloc((256 - (text.length % 256)) % 256)]);
  const ciphertext = counterMode(subkey, nonce, padded);
  const sealed = Buffer.concat([ciphertext, gcmTag(subkey, nonce, aad, ciphertext)]);
  return {
    group,
    subkey: subkey.toString('hex'),
    commitment: commitment.toString('hex'),
    aad: aad.toString('hex'),
    nonce: nonce.toString('hex'),
    plaintext: plaintext.toString('hex'),
    envelope: {
      ct: sealed.toString('base64url'),
      iv: nonce.toString('base64url'),
      kc: commitment.toString('base64url'),
      kv: 1,
      v: 1,
    },
  };
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = bytes.length;
  return Buffer.concat([Buffer.from([length >>> 24, length >>> 16, length >>> 8, length]), bytes]);
}
