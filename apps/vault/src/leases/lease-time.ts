import { ConfigError } from '@probity/platform';

/** Nest token of the milliseconds that a lease lasts. */
export const LEASE_MS = Symbol('LEASE_MS');

/** Longest time that a leased subkey may be held, in seconds: after it a destroyed record is out of every memory. */
const LONGEST_SECONDS = 60;

/**
 * Milliseconds that a leased subkey may be held: `VAULT_LEASE_SECONDS`, 1 to 60; 60 when it is not set.
 *
 * @throws ConfigError when it is something else
 */
export function leaseMsFrom(env: NodeJS.ProcessEnv): number {
  const text = env['VAULT_LEASE_SECONDS'] ?? String(LONGEST_SECONDS);
  const seconds = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds * 1000;
  throw new ConfigError('VAULT_LEASE_SECONDS cannot be read', 'write a whole number from 1 to 60');
}
