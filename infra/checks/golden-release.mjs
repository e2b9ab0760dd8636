/** Completes drafts of samples: seals, signs and encodes what a draft says in clear, as a writer of today would. */
import { createHash, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { ROOT } from './committed.mjs';

const events = await import(join(ROOT, 'dist/libs/events/src/index.js'));
const { UPCAST_STEPS, chainOf, upcast } = await import(
  join(ROOT, 'dist/libs/events/src/upcasting/upcast.js')
);
const { deriveSubkey, seal, sealContextOf } = await import(join(ROOT, 'dist/libs/sealing/src/index.js'));

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const AT = '2026-11-01T09:00:00.000Z';
const STREAM_TOPICS = { oversight: 'oversight', access: 'access' };

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Hash of the schemas of a definition: what a released version pins. */
export const schemaHashOf = ({ skeleton, sealed }) => sha256(events.canonicalBytes({ skeleton, sealed }));

/** Made-up ids and attributes that follow from the type, so that two releases of one draft differ in nonces alone. */
const factsOf = ({ type, stream, topic }) => {
  const digits = sha256(type).slice(0, 12);
  const key = `5f0c3c1e-2b7d-4c7e-9f3a-${digits}`;
  return {
    id: `01934b5e-7c00-7000-8000-${digits}`,
    source: topic === 'oversight' ? '/central' : '/boroughs/E09000012',
    type,
    subject: `${stream}/${key}`,
    time: AT,
    topic: STREAM_TOPICS[topic] ?? `${topic}.E09000012`,
    key,
    streamversion: 2,
    occurredat: AT,
    policyversion: 'a5'.repeat(32),
    actor: 'STAFF-101',
    actorkind: 'human',
    purpose: 'MIGRATION',
    correlationid: `5f0c3c1e-2b7d-4c7e-9f3a-c${digits.slice(1)}`,
    causationid: `01934b5e-7c00-7000-8000-c${digits.slice(1)}`,
  };
};

const sealedOf = (facts, { schemaVersion }, groups, dataKey) =>
  Object.fromEntries(
    Object.entries(groups).map(([group, payload]) => {
      const context = sealContextOf(facts, { recordId: facts.key, dekVersion: 1 }, schemaVersion);
      return [group, seal(deriveSubkey(dataKey, group), group, context, events.canonicalBytes(payload))];
    }),
  );

const signed = (topic, eventHash, { writerSeed, neighbours }) => {
  const der = Buffer.concat([PKCS8_ED25519, Buffer.from(writerSeed, 'hex')]);
  const pem = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  });
  const [before, after] = neighbours.map((text) => events.leafHash(Buffer.from(text, 'utf8')));
  return new events.BatchSigner('golden', pem).sign(topic, [before, eventHash, after]).proofs[1];
};

/** The sample of a version: the event in clear, sealed, signed and on the wire. */
export const completeSample = (definition, plain, keys) => {
  const facts = factsOf(definition);
  events.validateOpenedEvent({ type: definition.type, ...plain });
  const sealed = sealedOf(facts, definition, plain.sealed, Buffer.from(keys.dataKey, 'hex'));
  const unsigned = events.buildEvent(facts, plain.skeleton, sealed);
  const proof = signed(facts.topic, unsigned.eventHash, keys);
  return {
    type: definition.type,
    schemaHash: schemaHashOf(definition),
    plain,
    headerBytes: unsigned.headerBytes.toString('utf8'),
    eventHash: unsigned.eventHash.toString('hex'),
    sealed,
    record: {
      topic: facts.topic,
      key: facts.key,
      headers: events.encodeHeaders(unsigned.header, proof),
      value: events.encodeValue(plain.skeleton, sealed).toString('utf8'),
    },
  };
};

/** The sample of the step that takes a version: what the event in clear becomes in the next one. */
export const stepSample = (definition, plain) => {
  const { name, type, schemaVersion } = definition;
  const step = UPCAST_STEPS.find((each) => each.name === name && each.from === schemaVersion);
  if (step === undefined) throw new Error(`${type} is not current and no step takes it to the next version`);
  const { type: to, ...upcasted } = upcast({ type, ...plain }, chainOf([step]));
  return { from: type, to, plain: upcasted };
};
