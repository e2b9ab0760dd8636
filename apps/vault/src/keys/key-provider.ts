import { ConfigError, type StackConfig } from '@probity/platform';
import { FileKeyProvider, KeyProviderError } from '@probity/sealing';
import type { KeyProvider } from '@probity/sealing';
import type { DataKeyRepository } from './data-key.repository.js';

/** Nest token of the {@link KeyProvider}. */
export const KEY_PROVIDER = Symbol('KEY_PROVIDER');

/**
 * The key provider of this store. The first start of a synthetic store makes its key; once a key was wrapped, a missing
 * key-encryption key is a loss and no new one may take its place.
 *
 * @throws ConfigError when the keys are missing, malformed or open to others.
 */
export async function openKeyProvider(
  config: StackConfig,
  repository: DataKeyRepository,
): Promise<KeyProvider> {
  try {
    const createIfAbsent = config.synthetic && !(await repository.hasKeys());
    return await FileKeyProvider.open({ directory: config.paths.kek, createIfAbsent });
  } catch (error) {
    if (!(error instanceof KeyProviderError)) throw error;
    throw new ConfigError(
      `The key provider cannot start, because ${error.message}`,
      error.remedy.replace(/\.$/, ''),
    );
  }
}
