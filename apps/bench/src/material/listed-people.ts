import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Lab } from '../lab/lab.js';
import { SteadyLoad } from '../measurements/steady-load.js';

const RECORDS = 3_000;
const EVENTS_A_SECOND = 1_200;
const EVENTS_OF_A_RECORD = 2;
const LOOK_MS = 50;
const VISIBLE_LIMIT_MS = 60_000;

/** Fills the lists of a lab's stack with some thousand people who can be looked at. @returns their record ids */
export async function fillLists(lab: Lab): Promise<string[]> {
  lab.report(`Listing ${RECORDS.toLocaleString('en-GB')} people`);
  const reader = await lab.connect('probity_reader', 'probity_views');
  const before = await listed(reader);
  const seconds = (RECORDS * EVENTS_OF_A_RECORD) / EVENTS_A_SECOND;
  const load = await SteadyLoad.prepare(lab, EVENTS_A_SECOND, seconds);
  const ids: string[] = [];
  await load.run((recordId) => ids.push(recordId));
  const limit = performance.now() + VISIBLE_LIMIT_MS;
  while ((await listed(reader)) < before + ids.length) {
    if (performance.now() > limit) throw new Error('The people who were listed do not become visible.');
    await pause(LOOK_MS);
  }
  return ids;
}

async function listed(reader: pg.Client): Promise<number> {
  const { rows } = await reader.query<{ found: string }>('SELECT count(*) AS found FROM matrix.entry');
  return Number(rows[0]?.found);
}
