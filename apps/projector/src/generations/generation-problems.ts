import { ProblemError } from '@probity/platform';
import type { DifferingRow, GenerationDifference } from '@probity/projection';

/** There is no generation in the place that was named. */
export function noSuchGeneration(projection: string, place: 'next' | 'previous'): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'PRJ-010',
    title: 'No such generation',
    detail: `The read model ${projection} has no ${place} generation.`,
    remedy:
      place === 'next'
        ? `Run probity projection rebuild ${projection}.`
        : `See probity projection list: a previous generation exists after a switch.`,
  });
}

/** Another definition is building the next generation. */
export function builtByAnother(projection: string): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'PRJ-011',
    title: 'Built by another definition',
    detail: `The next generation of ${projection} was begun by another definition of the projection.`,
    remedy: `Run probity projection drop ${projection} next --yes, then rebuild.`,
  });
}

/** No migration has brought the tables of this definition's version. */
export function noTables(projection: string, version: number): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'PRJ-012',
    title: 'Tables not known',
    detail: `No migration has brought the tables of version ${String(version)} of ${projection}.`,
    remedy: 'Run the migrations of this version: npm start does.',
  });
}

/** The generation is not where the live one is. */
export function notCaughtUp(projection: string, behind: number): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'PRJ-013',
    title: 'Not caught up',
    detail: `The generation is ${String(behind)} records behind the live one.`,
    remedy: `Wait with probity projection rebuild ${projection}, then ask again.`,
    extensions: { behind },
  });
}

/** The next generation differs, and nobody has accepted exactly these differences. */
export function differs(projection: string, found: GenerationDifference, wasAccepted: boolean): ProblemError {
  const { differences, digest, first } = found;
  const what = first ? ` The first: ${nameOf(first)}.` : '';
  const other = wasAccepted ? ' They are not the ones that were accepted.' : '';
  return new ProblemError({
    status: 422,
    code: 'PRJ-014',
    title: 'The generations differ',
    detail: `${String(differences)} rows or columns differ from the live generation.${what}${other}`,
    remedy: `See probity projection diff ${projection}. If they are meant: --accept ${digest} --reason TEXT.`,
    extensions: { differences, digest },
  });
}

/** The next generation parks what the live one has applied: it would lose effects, which nobody can accept. */
export function parksMore(projection: string, positions: number, first: DifferingRow | null): ProblemError {
  return new ProblemError({
    status: 422,
    code: 'PRJ-015',
    title: 'The next generation parks more',
    detail: `${String(positions)} positions are parked there that the live generation has applied.${first ? ` The first difference: ${nameOf(first)}.` : ''}`,
    remedy: `Correct the definition, then drop and rebuild ${projection}.`,
    extensions: { positions },
  });
}

/** The previous generation was built by another definition, so this code cannot bring it to where the live one is. */
export function wouldGoBack(projection: string, behind: number): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'PRJ-016',
    title: 'The previous generation is older',
    detail: `The previous generation is ${String(behind)} records behind, and this code's definition did not build it.`,
    remedy: `Start the code that built ${projection}'s previous generation and roll back there, or show the older rows with --allow-stale.`,
    extensions: { behind },
  });
}

/** An accepted difference needs a reason. */
export function reasonNeeded(): ProblemError {
  return new ProblemError({
    status: 422,
    code: 'PRJ-017',
    title: 'Reason missing',
    detail: 'Differences are accepted for a reason, which is recorded.',
    remedy: 'Say why with --reason TEXT.',
  });
}

/** Something else is being done to the generations of this read model. */
export function busy(projection: string): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'PRJ-018',
    title: 'Another act is under way',
    detail: `Somebody else is acting on the generations of ${projection}.`,
    remedy: 'See probity projection list and ask again.',
  });
}

/** `entry {record_id: …}: changed in band`; never a value but the key's. */
function nameOf({ table, key, kind, columns }: DifferingRow): string {
  const place = Object.entries(key).map(([column, value]) => `${column} ${value}`);
  const what = kind === 'changed' ? `differs in ${columns.join(', ')}` : `is ${kind}`;
  return `${table} (${place.join(', ')}) ${what}`;
}
