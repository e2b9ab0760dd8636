import type { JsonValue } from './canonical-json.js';
import type { MerklePath } from './merkle.js';

/** The three groups of an event that rest as ciphertext only, each under its own subkey of the record's key. */
export type SealedGroup = 'identity' | 'case' | 'equality';

/** Every sealed group, in the order in which canonical JSON writes them. */
export const SEALED_GROUPS: readonly SealedGroup[] = ['case', 'equality', 'identity'];

/** Ciphertext of one group with what is needed to open it but the key. All binary members are base64url without padding. */
export interface Envelope {
  /** Format version of the envelope. */
  readonly v: 1;
  /** Version of the record's data key, from 1. */
  readonly kv: number;
  /** 96-bit random nonce. */
  readonly iv: string;
  /** 256-bit commitment to the subkey. */
  readonly kc: string;
  /** AES-256-GCM ciphertext, a multiple of 256 bytes, with its 16-byte tag behind it. */
  readonly ct: string;
}

/** Members that are in clear for ever: type, times, borough and random ids; never anything about the person. */
export type Skeleton = { readonly [member: string]: JsonValue };

/** The sealed groups that an event has; an absent group is an absent member. */
export type SealedGroups = { readonly [group in SealedGroup]?: Envelope };

/**
 * The signed header of an event: CloudEvents 1.0 attributes and the extensions of this project.
 *
 * Its canonical JSON is what the writer signs (through a Merkle root) and what the audit log hashes.
 */
export interface EventHeader {
  /** UUIDv7. */
  readonly id: string;
  /** `/boroughs/<GSS code>` or `/central`. */
  readonly source: string;
  /** `probity.<family>.<event>.v<n>`. */
  readonly type: string;
  /** Stream, such as `records/<uuid>`. */
  readonly subject: string;
  /** Recorded time (known time), RFC 3339 UTC in milliseconds. */
  readonly time: string;
  /** Logical topic name. */
  readonly topic: string;
  /** Partition key: the id of the record, group, window or refusal. */
  readonly key: string;
  readonly dataschema: string;
  /** Position in the stream, from 1, without gaps. */
  readonly streamversion: number;
  /** Valid time, RFC 3339 UTC. */
  readonly occurredat: string;
  /** Hash of the operating model that decided. */
  readonly policyversion: string;
  readonly actor: string;
  readonly actorkind: 'human' | 'service';
  readonly purpose: string;
  /** Random per record: it never spans two persons' records. */
  readonly correlationid: string;
  readonly causationid?: string;
  readonly classification: string;
  readonly traceparent?: string;
  /** base64url SHA-256 of the skeleton's canonical bytes. */
  readonly skeletonhash: string;
  /** base64url SHA-256 of each sealed group's canonical envelope. */
  readonly sealedhashes: { readonly [group in SealedGroup]?: string };
}

/** Who signed the batch in which an event was appended, and the event's place in it. */
export interface WriterProof {
  /** First 16 hex digits of SHA-256 of the raw public key. */
  readonly keyId: string;
  /** Ed25519 signature, 64 bytes. */
  readonly signature: Buffer;
  readonly path: MerklePath;
}

/** An event as it stands in the store and in a topic. */
export interface StoredEvent {
  readonly header: EventHeader;
  readonly skeleton: Skeleton;
  readonly sealed: SealedGroups;
  readonly writer: WriterProof;
  /** Canonical bytes of the header, verbatim. */
  readonly headerBytes: Buffer;
  /** RFC 6962 leaf hash of the header bytes: the identity of the event's content. */
  readonly eventHash: Buffer;
}

/** An event or a Kafka record does not have the form of this catalogue. The message never quotes content. */
export class EventFormatError extends Error {
  override readonly name = 'EventFormatError';
}
