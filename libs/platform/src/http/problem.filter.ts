import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError } from 'rxjs';
import type { ServiceLogger } from '../logging/service-logger.js';
import { INTERNAL_PROBLEM, frameworkProblem } from './framework-problem.js';
import { ProblemError, problemDocument } from './problem.js';
import type { ProblemDetails } from './problem.js';
import { traceOf } from './trace-context.js';

/**
 * Turns every error of a request into a problem document (RFC 9457). An error nobody foresaw is answered with status
 * 500 and not a word about its cause, and logged with its stack but without the request's content.
 *
 * Errors outside HTTP (batches from the broker) are passed on, so that the consumer sees them as they are.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: ServiceLogger) {}

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') return throwError(() => error);
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = this.problemOf(error, request);
    if (reply.sent || reply.raw.headersSent) {
      // A stream broke after its head had gone out: only cutting the connection tells the reader that it is not whole.
      reply.raw.destroy();
      return undefined;
    }
    if (problem.status === 401) void reply.header('www-authenticate', challengeOf(problem));
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify(problemDocument(problem, pathOf(request), traceOf(request.raw).traceId)));
    return undefined;
  }

  private problemOf(error: unknown, request: FastifyRequest): ProblemDetails {
    const problem = error instanceof ProblemError ? error.problem : frameworkProblem(error);
    const { traceId } = traceOf(request.raw);
    if (problem !== null) {
      this.logger.refused(request.method, routeOf(request), problem.status, problem.code, traceId);
      return problem;
    }
    this.logger.failed(request.method, routeOf(request), error, traceId);
    return INTERNAL_PROBLEM;
  }
}

/** What to come back with (RFC 6750, 3). */
function challengeOf({ code }: ProblemDetails): string {
  return code === 'ACC-007' ? 'Bearer error="invalid_token"' : 'Bearer, Mutual';
}

/** Pattern of the route, as declared; the path itself may hold what a caller typed. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unmatched';
}

function pathOf(request: FastifyRequest): string {
  // An unknown address may hold anything, so it is not echoed.
  if (request.routeOptions.url === undefined) return 'about:blank';
  return request.url.split('?', 1)[0] ?? '';
}
