import type { FaultStore } from '../fault-store.js';
import { patiently } from '../patience.js';
import type { CommittedEvent } from './committed.js';
import { tableDigests, type TableDigest } from './views.js';

/** What an import leaves behind, in a form in which two stores can be compared. It depends on the list alone. */
export interface Outcome {
  /** The report as the person has it. */
  report: string;
  /** Digest of the borough's records and groups. */
  digest: { digest: string; records: number; events: number };
  tables: Record<string, TableDigest>;
  /** Events by type, those of the window and refused rows included. */
  types: Record<string, number>;
}

/** Reads the outcome of the import of a borough. */
export async function outcomeOf(
  site: FaultStore,
  borough: string,
  report: string,
  committed: readonly CommittedEvent[],
): Promise<Outcome> {
  const types: Record<string, number> = {};
  for (const { type } of committed) types[type] = (types[type] ?? 0) + 1;
  return { report, digest: await digestOf(site, borough), tables: await tableDigests(site, borough), types };
}

/** In what two outcomes differ, a sentence each; nothing when they are equal. Pure. */
export function differences(wanted: Outcome, found: Outcome): string[] {
  return [
    ...reportDifference(wanted.report, found.report),
    ...objectDifferences('digest', wanted.digest, found.digest),
    ...objectDifferences('rows', wanted.tables, found.tables),
    ...objectDifferences('events', wanted.types, found.types),
  ];
}

function reportDifference(wanted: string, found: string): string[] {
  if (wanted === found) return [];
  const [a, b] = [wanted.split('\n'), found.split('\n')];
  const line = a.findIndex((text, index) => text !== b[index]);
  const count = a.filter((text, index) => text !== b[index]).length;
  const [status, other] = [a[line], b[line]].map((text) => text?.split(',')[3] ?? 'nothing');
  return [
    `report: ${String(count)} lines differ, first line ${String(line)}: ${String(other)} instead of ${String(status)}`,
  ];
}

function objectDifferences(what: string, wanted: object, found: object): string[] {
  const [a, b] = [wanted, found].map((of) => new Map(Object.entries(of) as [string, unknown][]));
  return [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])]
    .map((key) => [key, JSON.stringify(a?.get(key)), JSON.stringify(b?.get(key))] as const)
    .filter(([, left, right]) => left !== right)
    .map(([key, left, right]) => `${what}: ${key} is ${right ?? 'absent'} instead of ${left ?? 'absent'}`);
}

async function digestOf(site: FaultStore, borough: string): Promise<Outcome['digest']> {
  return patiently(async () => {
    const path = `/v1/digest?borough=${borough}`;
    const { status, body } = await site.store.call({ process: 'borough-ingest', as: 'operator', path });
    if (status !== 200) throw new Error(`the digest was refused: ${String(status)}`);
    const { digest, records, events } = body as unknown as Outcome['digest'];
    return { digest, records, events };
  });
}
