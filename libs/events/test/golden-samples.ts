import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { PlainEvent, SealedGroups, WriterProof } from '../src/index.js';
import { BatchSigner, WriterRegistry, leafHash } from '../src/index.js';

/** One event of one version as it was released: in clear, sealed, signed and on the wire. */
export interface GoldenSample {
  readonly type: string;
  readonly plain: Omit<PlainEvent, 'type'>;
  /** Text of the signed header. */
  readonly headerBytes: string;
  /** Hexadecimal. */
  readonly eventHash: string;
  readonly sealed: SealedGroups;
  readonly record: {
    readonly topic: string;
    readonly key: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly value: string;
  };
}

/** What an event of one version becomes in the next. */
export interface GoldenStep {
  readonly from: string;
  readonly to: string;
  readonly plain: Omit<PlainEvent, 'type'>;
}

const FOLDER = new URL('./golden/', import.meta.url);
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

function readGolden<T>(name: RegExp): T[] {
  const names = readdirSync(FOLDER).filter((each) => name.test(each));
  return names.sort().map((each) => JSON.parse(readFileSync(new URL(each, FOLDER), 'utf8')) as T);
}

/** Every released version of every event. */
export const goldenSamples = (): GoldenSample[] => readGolden(/\.v\d+\.json$/);
/** Every released step from a version to the next. */
export const goldenSteps = (): GoldenStep[] => readGolden(/\.v\d+-v\d+\.json$/);

interface GoldenKeys {
  readonly writerSeed: string;
  readonly neighbours: readonly string[];
}

const [keys] = readGolden<GoldenKeys>(/^keys\.json$/) as [GoldenKeys];
const privateKey = createPrivateKey({
  key: Buffer.concat([PKCS8_ED25519, Buffer.from(keys.writerSeed, 'hex')]),
  format: 'der',
  type: 'pkcs8',
});
const signer = new BatchSigner('golden', privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);

/** Signs as the samples were signed: the event stands between the same two neighbours. */
export function goldenProof(topic: string, eventHash: Buffer): WriterProof {
  const [before, after] = keys.neighbours.map((text) => leafHash(Buffer.from(text, 'utf8')));
  const { proofs } = signer.sign(topic, [before as Buffer, eventHash, after as Buffer]);
  return proofs[1] as WriterProof;
}

/** The registry in which the writer of the samples may write the given topics. */
export function goldenRegistry(topics: readonly string[]): WriterRegistry {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = spki.subarray(-32).toString('base64');
  return new WriterRegistry({ [signer.keyId]: { writer: 'golden', publicKey, topics } });
}
