import { readFileSync } from 'node:fs';
import { WriterRegistry, type WriterRegistryFile } from '@probity/events';
import type { FaultStore } from '../fault-store.js';
import { committedEvents, storeFindings } from './committed.js';
import { compareTopics } from './compare-topics.js';
import { ledgerFindings } from './ledger.js';
import { readLane, type LoggedLane } from './logged.js';
import { outcomeOf, type Outcome } from './outcome.js';
import { untilQuiet } from './quiet.js';
import { withLogs, type Slice } from './slice.js';
import { viewFindings } from './views.js';

/** What was found of one import. */
export interface Verdict {
  outcome: Outcome;
  /** Repeated records by topic. */
  duplicates: Record<string, number>;
  /** What is wrong, a sentence each; empty when nothing is lost, doubled, reordered or half applied. */
  findings: string[];
}

/** Knows every event that the store has accepted, and looks for it everywhere once everything is at rest. */
export async function judge(site: FaultStore, slice: Slice, report: string): Promise<Verdict> {
  const restless = await untilQuiet(site, slice);
  const committed = await committedEvents(site, slice);
  const lanes = await readLanes(site, slice);
  const findings = [
    ...restless,
    ...(await storeFindings(site, slice)),
    ...compareTopics(committed, lanes),
    ...(await viewFindings(site, slice.borough, lanes)),
    ...(await ledgerFindings(site, slice.alarm)),
  ];
  const duplicates: Record<string, number> = {};
  for (const { lane, duplicates: count } of lanes)
    if (count > 0) duplicates[lane.topic] = (duplicates[lane.topic] ?? 0) + count;
  return { outcome: await outcomeOf(site, slice.borough, report, committed), duplicates, findings };
}

async function readLanes(site: FaultStore, slice: Slice): Promise<LoggedLane[]> {
  const file = readFileSync(site.store.config.paths.writers, 'utf8');
  const writers = new WriterRegistry(JSON.parse(file) as WriterRegistryFile);
  const principals = [...new Set(slice.lanes.map(({ principal }) => principal))];
  return withLogs(site, principals, async (logs) => {
    const read: LoggedLane[] = [];
    for (const lane of slice.lanes) read.push(await readLane(logs(lane.principal), lane, writers));
    return read;
  });
}
