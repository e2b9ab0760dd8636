import { formatCount, renderTable } from '../output/table.js';
import type { Stack } from '../http/stack.js';
import { READ_MODELS } from '../projection/read-models.js';

/** Something that is not as it should be, as a service tells it; never anything about a person. */
export interface OpenAlarm {
  code: string;
  place: string;
  sentence: string;
  remedy: string;
  firstSeen: string;
}

interface LedgerReport {
  /** Records verified in all topics. */
  verifiedRecords: number;
  duplicates: number;
  /** Records that wait to be verified. */
  behind: number;
  lanes: { topic: string; partition: number; verifiedOffset: number; highWatermark: number | null }[];
  alarms: OpenAlarm[];
  isComplete?: boolean;
}

interface ReadModelReport {
  projection: string;
  verifiedRecords: number;
  uncoveredRecords: number;
  passes: number;
  alarms: OpenAlarm[];
}

interface ReadModelsReport {
  readModels: ReadModelReport[];
  isComplete?: boolean;
}

/** What is verified of store, topics and read models, and what is not as it should be. */
export interface Reconciliation {
  /** Only after an order to check everything: whether it ended within its minute. */
  isComplete?: boolean;
  ledger: Omit<LedgerReport, 'alarms' | 'isComplete'>;
  readModels: Omit<ReadModelReport, 'alarms'>[];
  /** Of all of them, the oldest first. */
  alarms: OpenAlarm[];
}

const PATH = '/v1/reconciliation';

/** What has been verified so far. Throws as the client of a service. */
export async function readReconciliation(stack: Stack): Promise<Reconciliation> {
  return ask(stack, (service) => service.get(PATH));
}

/** Has everything checked once from its beginning. Takes up to a minute. Throws as the client of a service. */
export async function runReconciliation(stack: Stack): Promise<Reconciliation> {
  return ask(stack, (service) => service.post(`${PATH}/run`, {}));
}

type Ask = <T>(service: ReturnType<Stack['service']>) => Promise<T>;

async function ask(stack: Stack, of: Ask): Promise<Reconciliation> {
  const [ledger, ...projectors] = await Promise.all([
    of<LedgerReport>(stack.service('audit-ledger', 'operator')),
    ...READ_MODELS.map((name) => of<ReadModelsReport>(stack.service(`projector-${name}`, 'operator'))),
  ]);
  const readModels = projectors.flatMap((report) => report.readModels);
  const { alarms, isComplete, ...verified } = ledger;
  const all = [...alarms, ...readModels.flatMap((model) => model.alarms)];
  return {
    ...(isComplete !== undefined && {
      isComplete: isComplete && projectors.every((report) => report.isComplete === true),
    }),
    ledger: verified,
    readModels: readModels.map(({ alarms: _open, ...model }) => model),
    alarms: all.sort((a, b) => a.firstSeen.localeCompare(b.firstSeen)),
  };
}

/** One line: how far the topics and the rows of the read models are verified. */
export function verifiedUpTo({ ledger, readModels }: Reconciliation): string {
  const { verifiedRecords, behind, lanes } = ledger;
  const where =
    behind === 0
      ? `up to the end of all ${formatCount(lanes.length)} partitions`
      : `${formatCount(behind)} more wait`;
  const rows = readModels.map(
    ({ projection, verifiedRecords: records, uncoveredRecords: uncovered, passes }) => {
      if (passes === 0) return `${projection}: being checked`;
      const rest = uncovered === 0 ? '' : `, ${formatCount(uncovered)} not covered`;
      return `${projection}: rows of ${formatCount(records)} records${rest}`;
    },
  );
  return `Verified: ${formatCount(verifiedRecords)} topic records, ${where}; ${rows.join('; ')}.`;
}

/** Open alarms in words, each with what to do. */
export function alarmLines({ alarms }: Reconciliation): string[] {
  return alarms.map(
    ({ code, place, sentence, remedy, firstSeen }) =>
      `ALARM ${code} at ${place}, first seen ${firstSeen}: ${sentence}. ${remedy}`,
  );
}

/** Partitions that hold something: verified offset beside their end. */
export function lanesTable({ ledger }: Reconciliation): string {
  return renderTable(
    [{ heading: 'Topic' }, { heading: 'Verified up to', align: 'right' }, { heading: 'End', align: 'right' }],
    ledger.lanes
      .filter(({ verifiedOffset, highWatermark }) => verifiedOffset > 0 || highWatermark !== 0)
      .map(({ topic, partition, verifiedOffset, highWatermark }) => [
        `${topic}/${String(partition)}`,
        verifiedOffset,
        highWatermark ?? 'gone',
      ]),
  );
}
