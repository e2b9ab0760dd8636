import { HttpException } from '@nestjs/common';

/** One fault of a request: where it is and what the rule asks for. Never the value. */
export interface ProblemItem {
  field: string;
  code: string;
  message: string;
}

/** What a refusal or fault says about itself; no part of it may hold personal data. */
export interface ProblemDetails {
  /** HTTP status, 400 to 599. */
  status: number;
  /** Code of the rule that refuses, e.g. `ACC-002`. */
  code: string;
  title: string;
  detail: string;
  /** The rule in the operating model, where the code alone does not name it. */
  rule?: string;
  /** What the caller can do about it. */
  remedy?: string;
  errors?: readonly ProblemItem[];
  /** Further members of the document (RFC 9457 section 3.2), e.g. the id of an earlier job. */
  extensions?: Readonly<Record<string, string | number | boolean | null>>;
}

/** An `application/problem+json` document (RFC 9457) as it is sent. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Path of the request, without its query. */
  instance: string;
  code: string;
  /** Trace id of the request; the log line has the same. */
  correlationId: string;
  rule?: string;
  remedy?: string;
  errors: readonly ProblemItem[];
  [extension: string]: unknown;
}

/**
 * Answers the request with a problem document. Domain refusals are values; the adapter at the HTTP edge turns them into
 * this.
 */
export class ProblemError extends HttpException {
  override readonly name = 'ProblemError';

  /** @param problem what is said to the caller, word for word */
  constructor(readonly problem: ProblemDetails) {
    super(problem.title, problem.status);
    this.message = `${problem.code} ${problem.title}`;
  }
}

/**
 * The document for a problem.
 *
 * @param instance path of the request, without its query
 * @param correlationId trace id of the request
 */
export function problemDocument(
  problem: ProblemDetails,
  instance: string,
  correlationId: string,
): ProblemDocument {
  return {
    ...problem.extensions,
    type: `urn:probity:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.detail,
    instance,
    code: problem.code,
    correlationId,
    ...(problem.rule === undefined ? {} : { rule: problem.rule }),
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
    errors: problem.errors ?? [],
  };
}
