import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { LOOPBACK } from '../service/loopback.js';
import { metrics } from './metrics.js';

/**
 * Serves `/metrics` and nothing else, in clear and without a certificate, on loopback only.
 *
 * @param port 0 picks a free one
 * @throws the system's error when the port cannot be opened
 */
export async function startMetricsServer(port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics()
      .metrics()
      .then(
        (text) => response.writeHead(200, { 'content-type': metrics().contentType }).end(text),
        () => response.writeHead(500).end(),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      resolve();
    });
  });
  return server;
}
