import { setTimeout as pause } from 'node:timers/promises';
import type { FaultStore } from './fault-store.js';
import { inWords, type Fault, type Moment } from './fault.js';
import { inject } from './faults/inject.js';
import { besideSecond, secondOf } from './faults/second.js';
import type { FaultSite, FaultTrace } from './faults/site.js';
import { explain } from './explain.js';
import { judge } from './oracle/oracle.js';
import { differences, type Outcome } from './oracle/outcome.js';
import { beginSlice } from './oracle/slice.js';
import { Person } from './person.js';
import type { Plan } from './plan.js';
import { Probe, topicsOf, type Progress } from './probe.js';
import type { FaultPosition, SeedResult } from './seed-result.js';

const LOOK_MS = 25;

/** A fault that has happened: where, and what it left behind for the oracle. */
interface Happened {
  position: FaultPosition;
  trace: FaultTrace;
}

/** Runs the import of one seed through its faults and judges what is left. What goes wrong is a finding, never thrown. */
export async function runSeed(site: FaultStore, plan: Plan, wanted: Outcome): Promise<SeedResult> {
  const startedAt = performance.now();
  const { borough, seed } = plan;
  const events = eventsOf(wanted, borough);
  const result: SeedResult = {
    ...{ seed, borough, events, positions: [], complaints: [], restarts: {}, deaths: {}, duplicates: {} },
    ...{
      explanation: '',
      troubles: [],
      restSeconds: 0,
      seconds: 0,
      findings: [],
      home: site.store.home.root,
    },
  };
  try {
    await runAndJudge(site, plan, wanted, result);
  } catch (error) {
    result.findings.push(`the run broke off: ${(error as Error).message}`);
  }
  result.restarts = Object.fromEntries(site.keeper.restarts);
  result.deaths = Object.fromEntries(site.keeper.deaths);
  result.troubles = [...site.keeper.troubles];
  result.seconds = secondsSince(startedAt);
  return result;
}

async function runAndJudge(site: FaultStore, plan: Plan, wanted: Outcome, result: SeedResult): Promise<void> {
  const { borough, faults } = plan;
  site.keeper.reset();
  const person = new Person(site, borough);
  result.complaints = person.complaints;
  const slice = await beginSlice(site, borough);
  const where: FaultSite = { site, borough, person, windowId: await person.openWindow() };
  const [happened, report] = await besideSecond(site, secondOf(faults), async () => {
    const importing = person.import();
    importing.catch(() => undefined);
    const all = await Promise.allSettled(faults.map((fault) => happen(fault, where, result.events)));
    await site.keeper.allUp();
    return [all, await importing] as const;
  });
  const rested = performance.now();
  const sentAgain: Record<string, number> = {};
  for (const each of happened) {
    if (each.status === 'rejected') throw each.reason;
    const { position, trace } = each.value;
    result.positions.push(position);
    if (trace.sentAgain) sentAgain[trace.sentAgain.topic] = trace.sentAgain.records;
  }
  const verdict = await judge(site, slice, report);
  result.restSeconds = secondsSince(rested);
  result.duplicates = verdict.duplicates;
  const { explanation, findings } = explain(
    verdict.duplicates,
    sentAgain,
    faults,
    site.keeper.deaths.size > 0,
  );
  result.explanation = explanation;
  result.findings.push(...verdict.findings, ...findings, ...differences(wanted, verdict.outcome));
}

function secondsSince(start: number): number {
  return Math.round((performance.now() - start) / 100) / 10;
}

/** Waits for the moment of a fault and lets it happen. */
async function happen(fault: Fault, where: FaultSite, events: number): Promise<Happened> {
  const probe = new Probe(where.site, where.borough);
  try {
    let progress = await probe.look();
    while (!isReached(fault.moment, progress, events) && !where.person.hasEnded) {
      await pause(LOOK_MS);
      progress = await probe.look();
    }
    await pause(fault.moment.delayMs);
    const at = await probe.look();
    const trace = await inject(fault, where);
    return { position: { fault: inWords(fault), at, note: trace.note ?? '' }, trace };
  } finally {
    await probe.close();
  }
}

function isReached({ reached, share }: Moment, progress: Progress, events: number): boolean {
  if (reached === 'announced') return progress.announced;
  return progress[reached] > 0 && progress[reached] >= share * events;
}

/** Events on the two topics of a borough. */
function eventsOf({ types }: Outcome, borough: string): number {
  const families = topicsOf(borough).map((topic) => `probity.${topic.split('.')[0] ?? ''}.`);
  return Object.entries(types)
    .filter(([type]) => families.some((family) => type.startsWith(family)))
    .reduce((sum, [, count]) => sum + count, 0);
}
