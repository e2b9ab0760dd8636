import { readTable, type ReportRow } from '../lists.js';
import { generateRows } from '@probity/testing';
import { FaultStore } from './fault-store.js';
import { judge } from './oracle/oracle.js';
import type { Outcome } from './oracle/outcome.js';
import { beginSlice } from './oracle/slice.js';
import { Person } from './person.js';
import { listOf } from './soak-lists.js';

/** Imports the list of each borough undisturbed. @returns the outcomes that seeds are compared with. @throws Error when even a clean import is not sound */
export async function cleanOutcomes(
  boroughs: readonly string[],
  onOutcome: (borough: string) => void,
): Promise<Map<string, Outcome>> {
  const site = await FaultStore.start();
  const outcomes = new Map<string, Outcome>();
  try {
    for (const borough of boroughs) {
      outcomes.set(borough, await cleanOutcome(site, borough));
      onOutcome(borough);
    }
    return outcomes;
  } finally {
    await site.stop(false);
  }
}

async function cleanOutcome(site: FaultStore, borough: string): Promise<Outcome> {
  const person = new Person(site, borough);
  const slice = await beginSlice(site, borough);
  await person.openWindow();
  const report = await person.import();
  const { outcome, duplicates, findings } = await judge(site, slice, report);
  const repeats = Object.keys(duplicates).map((topic) => `repeats in ${topic}`);
  const wrong = [...findings, ...repeats, ...person.complaints, ...againstTheList(person)];
  if (wrong.length > 0) throw new Error(`A clean import of ${borough} is not sound: ${wrong.join('; ')}`);
  return outcome;
}

/** Each row of a made-up list is built to have one outcome. */
function againstTheList({ borough, reportFile }: Person): string[] {
  const told = readTable<ReportRow>(reportFile);
  const rows = [...generateRows(listOf(borough))];
  if (told.length !== rows.length)
    return [`the report has ${String(told.length)} of ${String(rows.length)} rows`];
  const wrong = rows.filter(({ outcome: { status, codes } }, index) => {
    const row = told[index];
    return row?.status !== status || row.codes.split(' ').sort().join(' ') !== [...codes].sort().join(' ');
  });
  return wrong.length === 0
    ? []
    : [`${String(wrong.length)} rows have another outcome than they are built for`];
}
