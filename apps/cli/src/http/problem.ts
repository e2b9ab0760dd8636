import { CommandError, EXIT } from '../exit-code.js';

/** Where something stands in a file that was sent, counted from 1; a member that says no more is left out. */
export interface Place {
  line?: number;
  /** Number of the field within its row. */
  column?: number;
  byte?: number;
}

/** What is read of an `application/problem+json` answer (RFC 9457, with the members of this system). */
export interface Problem {
  status: number;
  code: string | null;
  title: string;
  detail: string | null;
  remedy: string | null;
  /** Of what is wrong in a file; empty where the problem lies in none. */
  place: Place;
  /** On GOV-007: the import that read the file, while its report is kept. */
  importId: string | null;
}

/**
 * Reads the body of a refused request. A body that is no problem document (a proxy's page, say) is not shown, for nobody
 * vouches that it is free of personal data.
 *
 * @param status HTTP status, used where the body does not say one
 * @param body text of the answer
 */
export function parseProblem(status: number, body: string): Problem {
  const members = objectOf(body);
  return {
    status,
    code: textOf(members['code']),
    title: textOf(members['title']) ?? `The service answered ${status}`,
    detail: textOf(members['detail']),
    remedy: textOf(members['remedy']),
    place: placeOf(members),
    importId: textOf(members['importId']),
  };
}

/** A service refused. Exit code 1. */
export class RefusedError extends CommandError {
  override readonly name = 'RefusedError';

  constructor(readonly problem: Problem) {
    super(
      EXIT.refused,
      asSentence(problem.detail ?? problem.title),
      problem.remedy && asSentence(problem.remedy),
      problem.code,
    );
  }
}

/** A text with exactly one mark at its end, so that sentences can follow each other. */
function asSentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function objectOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Not JSON: the status alone has to do.
  }
  return {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function placeOf(members: Record<string, unknown>): Place {
  const names = ['line', 'column', 'byte'] as const;
  const told = names.flatMap((name) => {
    const value = members[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? [[name, value]] : [];
  });
  return Object.fromEntries(told) as Place;
}
