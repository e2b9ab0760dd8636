import type * as pkcs11 from 'pkcs11js';
import { KeyProviderError } from '../key-provider.js';

/** The names and numbers of PKCS#11, with the class that speaks to a module. */
export type Pkcs11Binding = typeof pkcs11;

/** A PKCS#11 module of this process, initialised. */
export interface Cryptoki {
  readonly binding: Pkcs11Binding;
  readonly module: pkcs11.PKCS11;
  /** Give it back; the last one ends it. */
  release(): void;
}

// A module is initialised once a process, however many providers stand on it.
const users = new Map<string, number>();

/**
 * Load and initialise a PKCS#11 module.
 *
 * @param path of the module's shared library
 * @throws KeyProviderError when the binding is not installed, or the module cannot be loaded or initialised
 */
export async function openCryptoki(path: string): Promise<Cryptoki> {
  const binding = await loadBinding();
  const module = new binding.PKCS11();
  try {
    module.load(path);
  } catch {
    throw new KeyProviderError(
      'the PKCS#11 module cannot be loaded',
      'Set PKCS11_MODULE to the shared library of the token, e.g. /usr/lib/softhsm/libsofthsm2.so.',
    );
  }
  initialise(binding, module);
  users.set(path, (users.get(path) ?? 0) + 1);
  return { binding, module, release: () => release(path, module) };
}

async function loadBinding(): Promise<Pkcs11Binding> {
  try {
    return (await import('pkcs11js')).default;
  } catch {
    throw new KeyProviderError(
      'the package pkcs11js is not installed or was not built for this machine',
      'Install a C++ compiler, make and Python, then run npm ci again.',
    );
  }
}

function initialise(binding: Pkcs11Binding, module: pkcs11.PKCS11): void {
  try {
    // Several sessions work at once on threads of their own.
    module.C_Initialize({ flags: binding.CKF_OS_LOCKING_OK });
  } catch (error) {
    if (codeOf(error) === binding.CKR_CRYPTOKI_ALREADY_INITIALIZED) return;
    throw new KeyProviderError(
      'the PKCS#11 module does not start',
      'Check its own configuration, e.g. SOFTHSM2_CONF, and that the user of the vault may read it.',
    );
  }
}

function release(path: string, module: pkcs11.PKCS11): void {
  const left = (users.get(path) ?? 1) - 1;
  users.set(path, left);
  if (left === 0) module.C_Finalize();
}

/** The return value of PKCS#11 (`CKR_…`) behind an error, undefined where it is another error. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : undefined;
}
