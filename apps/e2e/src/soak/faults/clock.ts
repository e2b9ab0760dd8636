import { setTimeout as pause } from 'node:timers/promises';
import type { FaultSite, FaultTrace } from './site.js';

const BETWEEN_MS = 500;
const ATTEMPTS = 60;

/** Moves domain time on by some minutes, and sets the same time again until every process has it. */
export async function advanceClock({ site }: FaultSite, minutes: number): Promise<FaultTrace> {
  let command = ['clock', 'advance', `${String(minutes)}m`];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { code, stderr } = await site.store.probity(...command);
    if (code === 0) return attempt === 1 ? {} : { note: `acknowledged at attempt ${String(attempt)}` };
    const remedy = /probity (clock set \S+)/.exec(stderr)?.[1];
    if (remedy !== undefined) command = remedy.split(' ');
    await pause(BETWEEN_MS);
  }
  throw new Error('the clock was not acknowledged everywhere');
}
