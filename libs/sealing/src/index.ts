export { aadBytes, sealContextOf } from './aad.js';
export type { SealContext } from './aad.js';
export { freshRecordKey, leasedRecordKey, sealEvent } from './event-sealer.js';
export type { RecordKey } from './event-sealer.js';
export { FileKeyProvider } from './file-key-provider.js';
export type { FileKeyProviderOptions } from './file-key-provider.js';
export { KEY_BYTES } from './hkdf.js';
export { indexMac } from './index-mac.js';
export { KeyProviderError, dekAad, pepperAad } from './key-provider.js';
export type { KeyProvider } from './key-provider.js';
export { Pkcs11KeyProvider } from './pkcs11/pkcs11-key-provider.js';
export type { Pkcs11KeyProviderOptions } from './pkcs11/pkcs11-key-provider.js';
export type { CaseLease } from './lease-cache.js';
export { LEASE_BATCH_LIMIT } from './lease-batcher.js';
export { BUCKET_BYTES, PLAINTEXT_LIMIT } from './padding.js';
export { UnsealError, open, seal } from './seal.js';
export { commitmentOf, deriveIndexKey, deriveSubkey, deriveSubkeys } from './subkey.js';
export type { Subkeys } from './subkey.js';
export { DIGEST_BATCH_LIMIT, FRESH_KEY_LIMIT, ROW_KEY_BATCH_LIMIT, VaultClient } from './vault-client.js';
export type {
  DigestEvent,
  DigestRecord,
  FreshKey,
  KeyFamily,
  RowKeyRecord,
  VaultClientOptions,
} from './vault-client.js';
export { VaultRefused, VaultUnavailable } from './vault-errors.js';
export type { ClientTls } from './vault-transport.js';
export { zeroise } from './zeroise.js';
