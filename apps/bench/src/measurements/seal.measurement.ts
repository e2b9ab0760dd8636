import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { canonicalBytes } from '@probity/events';
import { BUCKET_BYTES, deriveSubkeys, open, seal } from '@probity/sealing';
import type { SealContext } from '@probity/sealing';
import type { Figure } from '../figures/figure.js';
import type { Round, Run } from '../figures/rounds.js';
import { alternate, summarise } from '../figures/rounds.js';
import type { Report } from '../lab/lab.js';
import { ITSELF, Stopwatch } from '../lab/stopwatch.js';
import { decidedEntries, operatingModel } from '../material/decided-entries.js';
import type { Sizes } from '../options.js';

const BOROUGH = 'E09000002';
const AIM = 60_000;
/** The length of the plaintext stands before it. */
const LENGTH_BYTES = 4;

/** Seals and opens the case of one event again and again on one core, beside bare AES-256-GCM of as many bytes. */
export async function measureSeal(report: Report, sizes: Sizes): Promise<Figure[]> {
  report('Sealing and opening');
  const plaintext = casePlaintext();
  const subkey = deriveSubkeys(randomBytes(32)).case;
  const context = someContext();
  const padded = Buffer.alloc(Math.ceil((LENGTH_BYTES + plaintext.length) / BUCKET_BYTES) * BUCKET_BYTES);
  const envelope = seal(subkey, 'case', context, plaintext);
  const bare = bareSeal(subkey, padded);
  const sealing = await alternate(sizes.rounds, {
    ours: () => timed(sizes, () => seal(subkey, 'case', context, plaintext)),
    raw: () => timed(sizes, () => bareSeal(subkey, padded)),
  });
  const opening = await alternate(sizes.rounds, {
    ours: () => timed(sizes, () => open(subkey, 'case', context, envelope)),
    raw: () => timed(sizes, () => bareOpen(subkey, bare)),
  });
  const notes = [`${String(plaintext.length)} bytes, padded to ${String(padded.length)}`];
  return [figureOf('Seal', sealing, notes), figureOf('Open', opening, notes)];
}

function figureOf(what: string, rounds: Round[], notes: string[]): Figure {
  const summary = summarise(rounds);
  return {
    measurement: 'seal',
    what: `${what} a case, one core`,
    unit: '/s',
    ...summary,
    limit: 'AES-256-GCM of node:crypto over as many bytes, without commitment, context, padding or base64',
    aim: `${AIM.toLocaleString('en')}/s`,
    isReached: summary.ours >= AIM,
    lost: null,
    duplicated: null,
    rounds,
    notes,
  };
}

function timed(sizes: Sizes, work: () => unknown): Promise<Run> {
  const watch = new Stopwatch(ITSELF);
  for (let done = 0; done < sizes.sealedGroups; done += 1) work();
  return Promise.resolve(watch.end(sizes.sealedGroups));
}

function casePlaintext(): Buffer {
  const [entry] = decidedEntries(BOROUGH, operatingModel());
  const payload = entry?.find(({ sealed }) => sealed.case)?.sealed.case;
  if (payload === undefined) throw new Error('No decided entry has a case.');
  return Buffer.from(canonicalBytes(payload));
}

function someContext(): SealContext {
  const recordId = randomUUID();
  return {
    ...{ origin: `/boroughs/${BOROUGH}`, eventId: randomUUID(), streamId: `records/${recordId}` },
    ...{ eventType: 'probity.matrix.entry-proposed.v1', recordId, dekVersion: 1, schemaVersion: 1 },
  };
}

interface BareSealed {
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

function bareSeal(key: Uint8Array, bytes: Buffer): BareSealed {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const ciphertext = cipher.update(bytes);
  cipher.final();
  return { nonce, ciphertext, tag: cipher.getAuthTag() };
}

function bareOpen(key: Uint8Array, { nonce, ciphertext, tag }: BareSealed): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(tag);
  const bytes = decipher.update(ciphertext);
  decipher.final();
  return bytes;
}
