import type { Fault } from './fault.js';

/** Faults after which a relay may send again what has arrived: the answer to a send was lost, or its lock changed hands. */
const DOUBTS: Readonly<Record<Fault['kind'], boolean>> = {
  kill: true,
  freeze: true,
  'restart-broker': true,
  'drop-sessions': true,
  'lost-lock': true,
  second: true,
  'import-twice': true,
  'hold-topic': true,
  'slow-disk': false,
  'send-again': false,
  'kill-person': false,
  clock: false,
};

/** Why a topic may hold repeats, and the finding when nothing explains them. Pure. */
export function explain(
  duplicates: Readonly<Record<string, number>>,
  sentAgain: Readonly<Record<string, number>>,
  faults: readonly Fault[],
  hasDied: boolean,
): { explanation: string; findings: string[] } {
  const doubts = faults.filter(({ kind }) => DOUBTS[kind]).map(({ kind }) => kind);
  const again = Object.values(sentAgain).reduce((sum, count) => sum + count, 0);
  const total = Object.values(duplicates).reduce((sum, count) => sum + count, 0);
  const reasons = [
    ...(again > 0 ? [`up to ${String(again)} sent again on purpose`] : []),
    ...(total > again && doubts.length > 0 ? [`the rest by the relay after ${doubts.join(', ')}`] : []),
    ...(total > again && doubts.length === 0 && hasDied
      ? ['the rest by the relay after a process ended']
      : []),
  ];
  const isExplained = doubts.length > 0 || hasDied;
  const findings = Object.entries(duplicates)
    .filter(([topic, count]) => count > (sentAgain[topic] ?? 0) && !isExplained)
    .map(([topic, count]) => `topics: ${String(count)} repeats in ${topic} that no fault explains`);
  return { explanation: total === 0 ? '' : reasons.join('; '), findings };
}
