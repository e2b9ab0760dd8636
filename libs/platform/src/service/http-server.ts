import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { TlsMaterial } from '../config/stack-config.js';
import { registerBodyParsers } from '../http/body-stream.js';
import { answerUnrouted } from '../http/unrouted-problem.js';
import { runInTrace, traceOf, traceparentOf } from '../http/trace-context.js';
import { measureRequests } from '../metrics/request-metrics.js';

/** Greatest JSON body, in bytes, unless a service sets another. */
export const DEFAULT_BODY_LIMIT = 1_048_576;

/** Idle connections are kept this long, in milliseconds: longer than clients do, so that the client ends them. */
const KEEP_ALIVE_MS = 72_000;

/**
 * A Fastify server behind mutual TLS 1.3. A client without a certificate gets as far as the guard, so that health
 * answers it and everything else can say why it does not.
 *
 * @param tls certificate of the service and the authority whose clients it knows
 * @param bodyLimit greatest JSON body in bytes; streamed bodies are bounded by who reads them
 */
export function httpServer(tls: TlsMaterial, bodyLimit: number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    https: { ...tls, minVersion: 'TLSv1.3', requestCert: true, rejectUnauthorized: false },
    bodyLimit,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    trustProxy: false,
    frameworkErrors: answerUnrouted,
  });
  const server = adapter.getInstance<FastifyInstance>();
  registerBodyParsers(server);
  traceRequests(server);
  measureRequests(server);
  return adapter;
}

function traceRequests(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const trace = traceOf(request.raw);
    void reply.header('traceparent', traceparentOf(trace)).header('cache-control', 'no-store');
    runInTrace(trace, done);
  });
  // Reading a body leaves the context of the hook above, so it is entered once more before the handler.
  server.addHook('preValidation', (request, _reply, done) => {
    runInTrace(traceOf(request.raw), done);
  });
}
