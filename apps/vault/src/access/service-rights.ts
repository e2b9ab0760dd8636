import { BOROUGH_CODES, isBoroughCode } from '@probity/domain';
import { ConfigError } from '@probity/platform';
import type { KeyFamily } from '@probity/sealing';
import { KEY_FAMILIES } from '../keys/key-family.js';

/** Keys that a service may hold: those of these families in these boroughs. */
export interface ServiceRights {
  readonly families: readonly KeyFamily[];
  readonly boroughs: ReadonlySet<string>;
}

/** What each service may do with keys. */
export interface VaultPolicy {
  /** Keys whose `case` subkeys a service may lease. */
  readonly lease: ReadonlyMap<string, ServiceRights>;
  /** Keys that a service may have made. */
  readonly issue: ReadonlyMap<string, ServiceRights>;
}

/** Nest token of the {@link VaultPolicy}. */
export const VAULT_POLICY = Symbol('VAULT_POLICY');

const ALL_BOROUGHS: ReadonlySet<string> = new Set<string>(BOROUGH_CODES);

/**
 * The policy of a stack whose ingest hosts these boroughs.
 *
 * The matrix projector never gets a key of the safeguarding side, nor the other way round.
 */
export function policyFor(hosted: ReadonlySet<string>): VaultPolicy {
  const ingest: ServiceRights = { families: KEY_FAMILIES, boroughs: hosted };
  // Maps, not objects: a service called `constructor` must find nothing.
  return {
    lease: new Map([
      ['borough-ingest', ingest],
      ['projector-matrix', { families: ['matrix', 'group'], boroughs: ALL_BOROUGHS }],
      ['projector-safeguarding', { families: ['safeguarding'], boroughs: ALL_BOROUGHS }],
    ]),
    issue: new Map([
      ['borough-ingest', ingest],
      ['governance', { families: KEY_FAMILIES, boroughs: ALL_BOROUGHS }],
    ]),
  };
}

/** Whether rights cover a key. A service without rights holds nothing. */
export function covers(rights: ServiceRights | undefined, family: KeyFamily, borough: string): boolean {
  return rights !== undefined && rights.families.includes(family) && rights.boroughs.has(borough);
}

/**
 * Boroughs that the ingest service hosts: GSS codes in `BOROUGHS` with commas between them; all 32 when it is not set.
 *
 * @throws ConfigError when a part is not a borough of the model.
 */
export function hostedBoroughs(env: NodeJS.ProcessEnv): ReadonlySet<string> {
  const text = env['BOROUGHS']?.trim() ?? '';
  if (text === '') return ALL_BOROUGHS;
  const codes = text.split(',').map((code) => code.trim());
  if (codes.every(isBoroughCode)) return new Set(codes);
  throw new ConfigError(
    'BOROUGHS cannot be read',
    'write GSS codes from E09000002 to E09000033 with commas between them',
  );
}
