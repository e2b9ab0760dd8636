import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { StoredEvent, WriterProof } from './event.js';
import { merkleTree, rootFromPath } from './merkle.js';

/** An event's writer cannot be proved: unknown key, foreign topic, wrong path or wrong signature. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
}

/** What the registry knows of one writer key. `publicKey` is base64 of the 32 raw bytes. */
export interface WriterEntry {
  readonly writer: string;
  readonly publicKey: string;
  readonly topics: readonly string[];
}

/** Writer keys by key id: public, and the same for every reader. */
export type WriterRegistryFile = { readonly [keyId: string]: WriterEntry };

/** A batch signed once: the proof of each event, and what the store keeps of the batch. */
export interface SignedBatch {
  readonly keyId: string;
  readonly root: Buffer;
  readonly size: number;
  readonly signature: Buffer;
  readonly proofs: readonly WriterProof[];
}

const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

/** Key id of a raw 32-byte Ed25519 public key: 16 hex digits. */
export function keyIdOf(rawPublicKey: Uint8Array): string {
  return createHash('sha256').update(rawPublicKey).digest('hex').slice(0, 16);
}

/** The message that a writer signs for one transaction and topic. */
function batchMessage(topic: string, size: number, root: Buffer): Buffer {
  return Buffer.from(`probity/batch/v1\n${topic}\n${String(size)}\n${root.toString('base64')}\n`, 'utf8');
}

/** A writer (a borough, governance, the retention worker): signs the events of one append transaction once a topic. */
export class BatchSigner {
  readonly keyId: string;
  readonly #privateKey: KeyObject;

  /** @param pem Ed25519 private key, PKCS#8 PEM. */
  constructor(
    readonly writer: string,
    pem: string,
  ) {
    this.#privateKey = createPrivateKey(pem);
    const spki = createPublicKey(this.#privateKey).export({ format: 'der', type: 'spki' });
    this.keyId = keyIdOf(spki.subarray(SPKI_ED25519.length));
  }

  /** Sign the event hashes of one topic, in the order in which they are appended. */
  sign(topic: string, eventHashes: readonly Buffer[]): SignedBatch {
    const { root, paths } = merkleTree(eventHashes);
    const size = eventHashes.length;
    const signature = sign(null, batchMessage(topic, size, root), this.#privateKey);
    const proofs = paths.map((path) => ({ keyId: this.keyId, signature, path }));
    return { keyId: this.keyId, root, size, signature, proofs };
  }
}

interface KnownWriter {
  readonly topics: ReadonlySet<string>;
  readonly key: KeyObject;
}

/** Verifies that an event was written by a key that may write its topic. Verified roots are cached. */
export class WriterRegistry {
  readonly #writers = new Map<string, KnownWriter>();
  readonly #verified = new Map<string, true>();

  /** @param cacheSize how many batch roots to remember; one signature check a batch is enough. */
  constructor(
    file: WriterRegistryFile,
    private readonly cacheSize = 10_000,
  ) {
    for (const [keyId, entry] of Object.entries(file)) {
      const raw = Buffer.from(entry.publicKey, 'base64');
      if (raw.length !== 32 || keyIdOf(raw) !== keyId)
        throw new SignatureError(`the registry names a wrong key id ${keyId}`);
      const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: 'der', type: 'spki' });
      this.#writers.set(keyId, { topics: new Set(entry.topics), key });
    }
  }

  /** @throws SignatureError when the event cannot be proved to come from a writer of its topic. */
  verify(event: StoredEvent): void {
    const { keyId, signature, path } = event.writer;
    const writer = this.#writers.get(keyId);
    if (!writer) throw new SignatureError(`no writer has the key ${keyId}`);
    const { topic } = event.header;
    if (!writer.topics.has(topic)) throw new SignatureError(`the key ${keyId} may not write ${topic}`);
    const root = rootOf(event);
    const seen = `${keyId}:${topic}:${String(path.size)}:${root.toString('base64')}:${signature.toString('base64')}`;
    if (this.#verified.has(seen)) return;
    if (!verify(null, batchMessage(topic, path.size, root), writer.key, signature)) {
      throw new SignatureError('the signature does not cover this event');
    }
    this.#remember(seen);
  }

  #remember(seen: string): void {
    if (this.#verified.size >= this.cacheSize) {
      const oldest = this.#verified.keys().next();
      if (!oldest.done) this.#verified.delete(oldest.value);
    }
    this.#verified.set(seen, true);
  }
}

function rootOf(event: StoredEvent): Buffer {
  try {
    return rootFromPath(event.eventHash, event.writer.path);
  } catch {
    throw new SignatureError('the writer path does not have the shape of its tree');
  }
}
