import { formatCount, renderTable } from '../output/table.js';
import type { EndedRun, RelayingService } from './service-recovery.js';

type RecoveredLane = EndedRun['report']['lanes'][number];

/** What `probity recover` found and did, or would do: its JSON output. */
export interface RecoveryOutcome {
  dryRun: boolean;
  /** What the broker lacked of the manifest; it was made again unless this is a dry run. */
  broker: string[];
  services: { service: RelayingService; run: EndedRun }[];
}

const isWhole = (lane: RecoveredLane): boolean =>
  lane.found === 'whole' && lane.takenBack + lane.putBack + lane.lacking + lane.refused.length === 0;

function lanesOf({ services }: RecoveryOutcome): RecoveredLane[] {
  return services.flatMap(({ run }) => run.report.lanes);
}

/** Whether there was anything to do at all. */
export function isNothingToDo(outcome: RecoveryOutcome): boolean {
  return outcome.broker.length === 0 && lanesOf(outcome).every(isWhole);
}

/** The lanes that are not whole, with what becomes of their events. */
export function lanesTable(outcome: RecoveryOutcome): string {
  const lanes = lanesOf(outcome);
  const broken = lanes.filter((lane) => !isWhole(lane));
  if (broken.length === 0) return `Store and topics agree (${formatCount(lanes.length)} lanes).`;
  const count = (heading: string): { heading: string; align: 'right' } => ({ heading, align: 'right' });
  return renderTable(
    [
      { heading: 'Topic' },
      { heading: 'Found' },
      count('Records'),
      count('To the store'),
      count('To the topic'),
      count('Left'),
      count('Lacking'),
      count('Generation'),
    ],
    broken.map((lane) => [
      lane.partition === 0 ? lane.topic : `${lane.topic}/${String(lane.partition)}`,
      lane.found,
      lane.records,
      lane.takenBack,
      lane.refilled + lane.putBack,
      lane.refused.length,
      lane.lacking,
      lane.generation,
    ]),
  );
}

/** Sentences about what was done beside the lanes. */
export function remarksOf({ services }: RecoveryOutcome): string[] {
  return services.flatMap(({ run }) => run.notes?.remarks ?? []);
}

/** Sentences about what is not whole and cannot be made so by this command. */
export function leftOver(outcome: RecoveryOutcome): string[] {
  const lanes = lanesOf(outcome);
  const unopenable = outcome.services.flatMap(({ run }) => run.notes?.unopenable ?? []);
  return [
    ...lanes.flatMap(({ topic, refused }) =>
      refused.map(({ offset, reason }) => `${topic}@${String(offset)} was left where it is: ${reason}.`),
    ),
    ...lanes.filter(({ lacking }) => lacking > 0).map(lackingSentence),
    ...rebuilds(lanes),
    ...unopenable.map((id) => `${id} cannot be opened again: the vault has no key for it.`),
  ];
}

function lackingSentence({ topic, lacking, found }: RecoveredLane): string {
  const events = `${formatCount(lacking)} events of the store are not in ${topic}`;
  return found === 'topic-cut'
    ? `${events}: records were removed at its beginning. To make it whole, remove the topic and run probity recover again.`
    : `${events}, which is not there: run probity recover on the machine of the stack.`;
}

/** Where positions have moved, a read model that went by them must be built anew. */
function rebuilds(lanes: readonly RecoveredLane[]): string[] {
  const families = new Set(
    lanes.filter(({ haveMoved }) => haveMoved).map(({ topic }) => topic.split('.')[0]),
  );
  return ['matrix', 'safeguarding']
    .filter((family) => families.has(family))
    .map((family) => `Positions of its topics have moved: run probity projection rebuild ${family}.`);
}
