import type { FastifyReply, FastifyRequest } from 'fastify';
import { frameworkProblem, INTERNAL_PROBLEM } from './framework-problem.js';
import { problemDocument } from './problem.js';
import { traceOf, traceparentOf } from './trace-context.js';

/**
 * Answers a request that the router refuses before it has a route, and so before any hook or filter. Its own answer would quote the
 * address, which may hold anything.
 */
export function answerUnrouted(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = frameworkProblem(error) ?? INTERNAL_PROBLEM;
  const trace = traceOf(request.raw);
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('traceparent', traceparentOf(trace))
    .send(JSON.stringify(problemDocument(problem, 'about:blank', trace.traceId)));
}
