import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { StoredEvent, WriterProof } from './event.js';
import { KnownTree } from './known-tree.js';
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
  readonly name: string;
  readonly topics: ReadonlySet<string>;
  readonly key: KeyObject;
}

/**
 * Verifies that an event was written by a key that may write its topic. A batch has one signature, so its tree is kept until
 * every event of it has come.
 */
export class WriterRegistry {
  readonly #writers = new Map<string, KnownWriter>();
  readonly #trees = new Map<string, KnownTree>();

  /** @param cacheSize how many batches to remember that have not come to their end; the oldest go first. */
  constructor(
    file: WriterRegistryFile,
    private readonly cacheSize = 64,
  ) {
    for (const [keyId, entry] of Object.entries(file)) {
      const raw = Buffer.from(entry.publicKey, 'base64');
      if (raw.length !== 32 || keyIdOf(raw) !== keyId)
        throw new SignatureError(`the registry names a wrong key id ${keyId}`);
      const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: 'der', type: 'spki' });
      this.#writers.set(keyId, { name: entry.writer, topics: new Set(entry.topics), key });
    }
  }

  /**
   * The name of the writer who signed an event.
   *
   * @throws SignatureError when the event cannot be proved to come from a writer of its topic.
   */
  verify(event: StoredEvent): string {
    const { keyId, signature, path } = event.writer;
    const writer = this.#writers.get(keyId);
    if (!writer) throw new SignatureError(`no writer has the key ${keyId}`);
    const { topic } = event.header;
    if (!writer.topics.has(topic)) throw new SignatureError(`the key ${keyId} may not write ${topic}`);
    const batch = `${keyId}:${topic}:${String(path.size)}:${signature.toString('latin1')}`;
    if (this.#isProved(batch, event)) return writer.name;
    const root = rootOf(event);
    if (!verify(null, batchMessage(topic, path.size, root), writer.key, signature)) {
      throw new SignatureError('the signature does not cover this event');
    }
    this.#remember(batch, new KnownTree(path.size, root));
    this.#isProved(batch, event);
    return writer.name;
  }

  #isProved(batch: string, { eventHash, writer }: StoredEvent): boolean {
    const tree = this.#trees.get(batch);
    if (!tree?.proves(eventHash, writer.path)) return false;
    if (tree.isSpent) this.#trees.delete(batch);
    return true;
  }

  #remember(batch: string, tree: KnownTree): void {
    const oldest = this.#trees.keys().next();
    if (this.#trees.size >= this.cacheSize && !oldest.done) this.#trees.delete(oldest.value);
    this.#trees.set(batch, tree);
  }
}

function rootOf(event: StoredEvent): Buffer {
  try {
    return rootFromPath(event.eventHash, event.writer.path);
  } catch {
    throw new SignatureError('the writer path does not have the shape of its tree');
  }
}
