import { HttpException } from '@nestjs/common';
import type { ProblemDetails } from './problem.js';

/**
 * What is said when the framework itself refuses a request. Its own messages quote the request (a JSON parser quotes
 * the text it stumbles over, a router the path), so only the status and the framework's code are used.
 */
const BY_STATUS: Readonly<Record<number, Omit<ProblemDetails, 'status'>>> = {
  400: {
    code: 'SCH-001',
    title: 'Unreadable request',
    detail: 'The request cannot be parsed.',
    remedy: 'Send well-formed JSON in UTF-8 with the right Content-Length.',
  },
  404: { code: 'HTTP-404', title: 'Not found', detail: 'There is nothing at this address.' },
  405: { code: 'HTTP-405', title: 'Method not allowed', detail: 'This address does not take this method.' },
  408: { code: 'HTTP-408', title: 'Request timeout', detail: 'The request did not arrive in time.' },
  413: {
    code: 'HTTP-413',
    title: 'Body too large',
    detail: 'The body is larger than this address takes.',
    remedy: 'Send less at a time.',
  },
  414: { code: 'HTTP-414', title: 'Address too long', detail: 'The address of the request is too long.' },
  415: {
    code: 'HTTP-415',
    title: 'Unsupported media type',
    detail: 'The body is of a type that this address does not take.',
    remedy: 'Send application/json, or for uploads application/octet-stream or text/csv.',
  },
  503: {
    code: 'HTTP-503',
    title: 'Not available',
    detail: 'The service cannot answer just now.',
    remedy: 'Try again in a moment.',
  },
};

/** What is said about a fault of the service: nothing but that it is one. */
export const INTERNAL_PROBLEM: ProblemDetails = {
  status: 500,
  code: 'HTTP-500',
  title: 'Internal error',
  detail: 'The service failed. The fault is in its log under the correlation id.',
};

/**
 * The problem for an error that the web framework raised, or `null` when the error is not one of those and therefore
 * a fault of the service.
 */
export function frameworkProblem(error: unknown): ProblemDetails | null {
  const status = statusOf(error);
  if (status === null) return null;
  const known = BY_STATUS[status];
  if (known !== undefined) return { status, ...known };
  if (status >= 400 && status < 500)
    return {
      status,
      code: `HTTP-${String(status)}`,
      title: 'Request refused',
      detail: 'The request cannot be taken as it is.',
    };
  return null;
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null;
  const isFastify = 'code' in error && typeof error.code === 'string' && error.code.startsWith('FST_');
  if (isFastify && 'statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  if (error instanceof HttpException) return error.getStatus();
  return null;
}
