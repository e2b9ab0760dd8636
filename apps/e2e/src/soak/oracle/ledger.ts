import type { FaultStore } from '../fault-store.js';
import { patiently } from '../patience.js';

interface Answer {
  isComplete: boolean;
  behind: number;
}

/** The last alarm that the ledger has raised; `0` when it never has. */
export async function lastAlarm(site: FaultStore): Promise<string> {
  const statement = 'SELECT coalesce(max(alarm), 0)::text AS alarm FROM ledger.alarm';
  const [last] = await site.rows<{ alarm: string }>('probity_events', statement);
  return last?.alarm ?? '0';
}

/**
 * Has the ledger check everything once more. It must reach the end of every topic, and nothing that happened since an alarm may
 * have raised another, not even one that was resolved: whoever is called for nothing stops to come.
 */
export async function ledgerFindings(site: FaultStore, since: string): Promise<string[]> {
  const findings: string[] = [];
  const { isComplete, behind } = await patiently(() => checkEverything(site));
  if (!isComplete) findings.push('ledger: a whole check took more than a minute');
  if (behind > 0) findings.push(`ledger: ${String(behind)} records are not verified`);
  const raised = await site.rows<{ code: string; place: string; sentence: string }>(
    'probity_events',
    'SELECT code, place, sentence FROM ledger.alarm WHERE alarm > $1 ORDER BY alarm LIMIT 10',
    [since],
  );
  findings.push(...raised.map(({ code, place, sentence }) => `ledger: ${code} ${place}: ${sentence}`));
  return findings;
}

async function checkEverything({ store }: FaultStore): Promise<Answer> {
  const { status, body } = await store.call({
    ...{ process: 'audit-ledger', as: 'operator', method: 'POST' },
    ...{ path: '/v1/reconciliation/run', content: {} },
  });
  if (status !== 200) throw new Error(`the ledger did not check: ${String(status)}`);
  return body as unknown as Answer;
}
