import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';

/** Statuses with which a route refuses. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 413 | 414 | 415 | 422 | 429 | 503;

type Paths = OpenAPIObject['paths'];
type Operation = NonNullable<Paths[string]['get']>;
type Responses = Record<string, unknown>;
interface Described {
  readonly status: RefusalStatus;
  readonly codes: readonly string[];
}

const PROBLEM = '#/components/schemas/Problem';
const PROBLEM_TYPE = 'application/problem+json';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

const MEANINGS: Readonly<Record<RefusalStatus, string>> = {
  400: 'The request cannot be read, or a member of it is not as it must be',
  401: 'Nobody is identified',
  403: 'Not for whoever asks',
  404: 'There is nothing of that name, or not for whoever asks',
  409: 'Not as things stand now',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'The body is of another type',
  422: 'A rule refuses',
  429: 'Too much for now',
  503: 'Not available now; the answer was not served',
};

/** The problem document of RFC 9457 as every refusal of the platform sends it. */
const SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'correlationId', 'errors'],
  properties: {
    type: { type: 'string', pattern: '^urn:probity:problem:' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'Path of the request, without its query' },
    code: {
      type: 'string',
      description: 'Code of the rule that refuses; docs/reference/codes.md explains each',
    },
    correlationId: { type: 'string', description: 'The log of the service has the same' },
    rule: { type: 'string' },
    remedy: { type: 'string', description: 'What the caller can do about it' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'code', 'message'],
        properties: { field: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

/**
 * Declares with which codes a route refuses, beyond what every route of its kind may answer.
 *
 * @param status of the answer, once for each route
 */
export function Refuses(
  status: RefusalStatus,
  ...codes: [string, ...string[]]
): MethodDecorator & ClassDecorator {
  return applyDecorators(ApiResponse({ status, ...responseOf({ status, codes }) }));
}

/**
 * Adds to every operation what its kind may refuse with: who asks, what is asked for and the body are checked before the route.
 *
 * @throws Error when an operation does not say how it answers when all is well: declaring a refusal takes the default away
 */
export function withRefusals(document: OpenAPIObject): OpenAPIObject {
  (document.components ??= {}).schemas = { ...document.components.schemas, Problem: SCHEMA as never };
  for (const [address, path] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation === undefined) continue;
      if (!Object.keys(operation.responses).some((status) => status.startsWith('2')))
        throw new Error(`${method} ${address} declares refusals and no answer`);
      addTo(operation);
    }
  }
  return document;
}

function addTo(operation: Operation): void {
  const responses: Responses = operation.responses;
  for (const usual of usualRefusals(operation)) responses[usual.status] ??= responseOf(usual);
}

function usualRefusals(operation: Operation): Described[] {
  const parameters = (operation.parameters ?? []) as { readonly in?: string }[];
  const [hasBody, hasPath] = [
    operation.requestBody !== undefined,
    parameters.some((each) => each.in === 'path'),
  ];
  const usual: (Described | false)[] = [
    (hasBody || parameters.length > 0) && { status: 400, codes: ['SCH-001', 'SCH-003'] },
    'x-callers' in operation && { status: 401, codes: ['ACC-004', 'ACC-007'] },
    'x-callers' in operation && { status: 403, codes: ['ACC-001'] },
    hasPath && { status: 404, codes: ['HTTP-404'] },
    hasPath && { status: 414, codes: ['HTTP-414'] },
    hasBody && { status: 413, codes: ['HTTP-413'] },
    hasBody && { status: 415, codes: ['HTTP-415'] },
    'x-callers' in operation && { status: 503, codes: ['ACC-008', 'HTTP-503'] },
  ];
  return usual.filter((each) => each !== false);
}

function responseOf({ status, codes }: Described): object {
  return {
    description: `${MEANINGS[status]} (${codes.join(', ')}).`,
    content: { [PROBLEM_TYPE]: { schema: { $ref: PROBLEM } } },
  };
}
