import { ConfigError, type StackConfig } from '@probity/platform';
import { FileKeyProvider, KeyProviderError, Pkcs11KeyProvider } from '@probity/sealing';
import type { KeyProvider } from '@probity/sealing';

/** Nest token of the {@link KeyProvider}. */
export const KEY_PROVIDER = Symbol('KEY_PROVIDER');

const HOW_TO = 'see docs/how-to/use-an-hsm.md';

/**
 * The key provider of this store: `PROBITY_KEY_PROVIDER`, `file` unless set. For `pkcs11`, `PKCS11_MODULE` is the path
 * of the token's module, `PKCS11_TOKEN` its label and `PKCS11_PIN_FILE` a file of mode 0600 with the PIN.
 *
 * @throws ConfigError when a setting is missing or wrong, or the keys are malformed or open to others
 */
export async function openKeyProvider(
  config: Pick<StackConfig, 'paths' | 'storeId'>,
  env: NodeJS.ProcessEnv,
): Promise<KeyProvider> {
  const kind = env['PROBITY_KEY_PROVIDER']?.trim() || 'file';
  try {
    if (kind === 'file') return await FileKeyProvider.open({ directory: config.paths.kek });
    if (kind === 'pkcs11')
      return await Pkcs11KeyProvider.open({
        module: required(env, 'PKCS11_MODULE', 'the path of the PKCS#11 module of the token'),
        token: required(env, 'PKCS11_TOKEN', 'the label of the token'),
        pinFile: required(env, 'PKCS11_PIN_FILE', 'the path of a file of mode 0600 that holds the PIN'),
        store: config.storeId,
      });
  } catch (error) {
    throw error instanceof KeyProviderError ? cannotStart(error) : error;
  }
  throw new ConfigError('PROBITY_KEY_PROVIDER cannot be read', 'set it to file or pkcs11');
}

/** Tells why the vault does not start with this provider. */
export function cannotStart(error: KeyProviderError): ConfigError {
  const remedy = `${error.remedy.charAt(0).toLowerCase()}${error.remedy.slice(1)}`.replace(/\.$/, '');
  return new ConfigError(`The vault cannot start, because ${error.message}`, remedy);
}

function required(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name]?.trim() ?? '';
  if (value !== '') return value;
  throw new ConfigError(`${name} is not set`, `set it to ${what}: ${HOW_TO}`);
}
