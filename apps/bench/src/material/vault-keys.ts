import { dekAad, FileKeyProvider } from '@probity/sealing';
import type { Lab } from '../lab/lab.js';

const BOROUGH = 'E09000002';
const AT_ONCE = 5_000;

/** A key as the vault's database has it. */
export interface StoredKey {
  readonly recordId: string;
  readonly epoch: number;
  readonly wrapped: Buffer;
}

/** Has the vault of a lab make keys for new records. @returns ids of the records */
export async function makeKeys(lab: Lab, count: number): Promise<string[]> {
  const vault = lab.vault('borough-ingest');
  const ids: string[] = [];
  while (ids.length < count) {
    const wanted = {
      borough: BOROUGH,
      family: 'matrix',
      count: Math.min(AT_ONCE, count - ids.length),
    } as const;
    ids.push(...(await vault.freshKeys(wanted)).map(({ recordId }) => recordId));
  }
  return ids;
}

/** The rows of these records, as they stand now. */
export async function storedKeys(lab: Lab, ids: readonly string[]): Promise<StoredKey[]> {
  const client = await lab.connect('probity_vault', 'probity_vault');
  const { rows } = await client.query<StoredKey>(
    'SELECT record_id AS "recordId", epoch, wrapped FROM vault.data_key WHERE record_id = ANY ($1::uuid[])',
    [ids],
  );
  return rows;
}

/** The key provider of a lab's vault, opened beside it. */
export async function openProvider(lab: Lab): Promise<FileKeyProvider> {
  const provider = await FileKeyProvider.open({ directory: lab.config.paths.kek });
  lab.disposer.add(() => provider.close());
  return provider;
}

/** What a stored key is bound to. */
export function boundTo({ recordId }: StoredKey, epoch: number): Buffer {
  return dekAad(recordId, 1, epoch);
}
