import type { CommittedEvent } from './committed.js';
import type { LoggedEvent, LoggedLane } from './logged.js';

/** What differs between the store and the topics, in both directions. Pure. */
export function compareTopics(committed: readonly CommittedEvent[], lanes: readonly LoggedLane[]): string[] {
  const logged = new Map<string, LoggedEvent & { topic: string }>();
  const findings = lanes.flatMap((lane) => lane.findings);
  for (const { lane, events } of lanes) {
    for (const [id, event] of events) {
      if (logged.has(id)) findings.push(`topics: ${id} lies in two partitions`);
      logged.set(id, { ...event, topic: lane.topic });
    }
  }
  const known = new Set(committed.map(({ id }) => id));
  const lost = committed.filter(({ id }) => !logged.has(id));
  const foreign = [...logged.keys()].filter((id) => !known.has(id));
  if (lost.length > 0) findings.push(`topics: ${String(lost.length)} events lost, first ${nameOf(lost[0])}`);
  if (foreign.length > 0)
    findings.push(`topics: ${String(foreign.length)} events that the store does not know`);
  const differing = committed.filter((event) => {
    const found = logged.get(event.id);
    return found !== undefined && !isSame(event, found);
  });
  if (differing.length > 0)
    findings.push(
      `topics: ${String(differing.length)} events differ from the store, first ${nameOf(differing[0])}`,
    );
  return findings;
}

function isSame(event: CommittedEvent, found: LoggedEvent & { topic: string }): boolean {
  const keys = [
    'stream',
    'version',
    'topic',
    'type',
    'header',
    'sealed',
    'path',
    'writerKey',
    'signature',
  ] as const;
  return keys.every((key) => event[key] === found[key]);
}

function nameOf(event: CommittedEvent | undefined): string {
  return event === undefined ? '' : `${event.topic} ${event.stream} version ${String(event.version)}`;
}
