import type pg from 'pg';
import type { GenerationDifference } from '@probity/projection';

/**
 * How many positions the next generation parks that the live one has applied: their effects would be lost by a switch. Rejected
 * positions have no effect in either.
 */
export async function newlyParked(
  client: pg.ClientBase,
  live: string,
  next: string,
  found: GenerationDifference,
): Promise<number> {
  if (!found.tables.some(({ table }) => table === 'parked')) return 0;
  const { rows } = await client.query<{ positions: number }>(
    `select count(*)::int as positions from ${next}.parked n
      where n.kind <> 'REJECTED' and not exists (select from ${live}.parked l
        where (l.topic, l.partition, l.topic_offset) = (n.topic, n.partition, n.topic_offset) and l.kind <> 'REJECTED')`,
  );
  return rows[0]?.positions ?? 0;
}
