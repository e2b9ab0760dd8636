import type { QueryRunner } from 'typeorm';

/** Where a generation may stand, with the ending of its schema's name. */
const ENDINGS: Readonly<Record<string, string>> = { live: '', next: '_next', previous: '_prev' };

/**
 * Changes the tables of a read model in every generation that exists, and in every one that will be made. For migrations that come
 * after the first generations; the text names the schema by its argument alone.
 */
export async function extendGenerations(
  runner: QueryRunner,
  projection: string,
  change: (schema: string) => string,
): Promise<void> {
  const standing = (await runner.query(
    `SELECT place FROM projection.generation WHERE projection = $1 AND place <> 'dropped'`,
    [projection],
  )) as { place: string }[];
  for (const { place } of standing) await runner.query(change(projection + (ENDINGS[place] ?? '')));
  await runner.query('UPDATE projection.definition SET tables = tables || $2 WHERE projection = $1', [
    projection,
    change('{schema}'),
  ]);
}
