import type { Lab } from '../lab/lab.js';

/** How many of the acknowledged events the store lacks, and how many more it has than were acknowledged. */
export async function storedOf(
  lab: Lab,
  topic: string,
  told: readonly string[],
): Promise<{ lost: number; duplicated: number }> {
  const owner = await lab.connect('probity_owner', 'probity_events');
  const { rows } = await owner.query<{ event_id: string }>(
    'SELECT event_id FROM events.event WHERE topic = $1',
    [topic],
  );
  const stored = new Set(rows.map(({ event_id }) => event_id));
  return { lost: told.filter((id) => !stored.has(id)).length, duplicated: rows.length - told.length };
}
