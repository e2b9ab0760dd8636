import type { FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';
import { metrics } from './metrics.js';

const NAME = 'probity_http_request_seconds';

/** Measures how long each route takes, by method, declared pattern and status. */
export function measureRequests(server: FastifyInstance): void {
  const known = metrics().getSingleMetric(NAME);
  const duration =
    known instanceof Histogram
      ? (known as Histogram<'method' | 'route' | 'status'>)
      : new Histogram({
          name: NAME,
          help: 'Time from the arrival of a request to the end of its answer.',
          labelNames: ['method', 'route', 'status'] as const,
          buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
          registers: [metrics()],
        });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    duration.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1_000,
    );
    done();
  });
}
