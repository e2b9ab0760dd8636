import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainClock } from '../clock/domain-clock.js';
import { DEFAULT_VERSION, INSTANCE_PORT_OFFSET, METRICS_PORT_OFFSET } from '../config/process-name.js';
import type { ProcessName } from '../config/process-name.js';
import type { StackConfig } from '../config/stack-config.js';
import { loadStackConfig } from '../config/stack-config.js';
import { ReadinessRegistry } from '../health/readiness.registry.js';
import { assertRoutesDeclared } from '../http/declared-routes.js';
import { ServiceLogger } from '../logging/service-logger.js';
import { collectRuntimeMetrics } from '../metrics/metrics.js';
import { startMetricsServer } from '../metrics/metrics.server.js';
import { serveOpenApi } from '../openapi/open-api.js';
import { DEFAULT_BODY_LIMIT, httpServer } from './http-server.js';
import { trackConnections } from './open-connections.js';
import { LOOPBACK } from './loopback.js';
import { PlatformModule } from './platform.module.js';
import { writeRunFile } from './run-file.js';

/** Connections that are still open this long after the stop began, in milliseconds of real time, are cut. */
const CLOSE_GRACE_MS = 4_000;

/** What makes one process out of a Nest module. */
export interface ServiceOptions {
  process: ProcessName;
  module: Type | DynamicModule;
  /** Version of the code, shown by `/info`. */
  version?: string;
  /** Read from the environment unless given. */
  config?: StackConfig;
  /** Main port instead of the stack's; 0 picks a free one, and one for the metrics. */
  port?: number;
  /** Greatest JSON body in bytes; 1 MiB unless given. */
  bodyLimit?: number;
  logger?: ServiceLogger;
  /** Runs before the modules are initialised, e.g. to connect a microservice strategy. */
  configure?: (app: NestFastifyApplication) => void | Promise<void>;
  /** Runs once the process listens and before it says that it is ready, e.g. to start consumers. */
  started?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** A service that listens. */
export interface RunningService {
  app: NestFastifyApplication;
  config: StackConfig;
  /** `https://127.0.0.1:<port>` */
  url: string;
  port: number;
  metricsPort: number;
  /** Stops taking requests, lets those under way end, closes modules, removes the run file. Safe to call again. */
  close(): Promise<void>;
}

/**
 * Starts a service in this process and returns when it is ready to be asked. Signals and fatal errors are the caller's
 * affair; `runService` sees to them.
 *
 * @throws ConfigError when the stack is unusable, UndeclaredRouteError when a route does not say who may call it, the
 *   system's EADDRINUSE when a port is taken; nothing is left open then
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const config = options.config ?? loadStackConfig();
  const app = await createApplication(options, config);
  let metricsServer: Server | undefined;
  let removeRunFile = (): void => undefined;
  const readiness = app.get(ReadinessRegistry);
  const cutConnections = trackConnections(app.getHttpServer());
  const close = once(async () => {
    readiness.enter('stopping');
    const grace = setTimeout(cutConnections, CLOSE_GRACE_MS);
    await app.close();
    clearTimeout(grace);
    metricsServer?.close();
    metricsServer?.closeAllConnections();
    removeRunFile();
  });
  try {
    await options.configure?.(app);
    await app.init();
    await app.listen(options.port ?? mainPort(options.process, config), LOOPBACK);
    const { port } = app.getHttpServer().address() as AddressInfo;
    metricsServer = await startMetricsServer(options.port === 0 ? 0 : port + METRICS_PORT_OFFSET);
    const metricsPort = (metricsServer.address() as AddressInfo).port;
    await options.started?.(app);
    removeRunFile = writeRunFile(config.paths.run, runName(options.process, config), port);
    readiness.enter('running');
    return { app, config, url: `https://${LOOPBACK}:${String(port)}`, port, metricsPort, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function mainPort(name: ProcessName, { ports, instance }: StackConfig): number {
  return ports[name] + (instance - 1) * INSTANCE_PORT_OFFSET;
}

function runName(name: ProcessName, { instance }: StackConfig): string {
  return instance === 1 ? name : `${name}-${String(instance)}`;
}

async function createApplication(
  options: ServiceOptions,
  config: StackConfig,
): Promise<NestFastifyApplication> {
  const identity = { process: options.process, version: options.version ?? DEFAULT_VERSION };
  const logger = options.logger ?? new ServiceLogger(options.process, process.env['PROBITY_LOG_LEVEL']);
  const clock = DomainClock.of(config);
  const app = await NestFactory.create<NestFastifyApplication>(
    PlatformModule.around(options.module, { identity, config, clock, logger }),
    httpServer(config.serviceTls(options.process), options.bodyLimit ?? DEFAULT_BODY_LIMIT),
    { logger, bodyParser: false, abortOnError: false },
  );
  try {
    assertRoutesDeclared(app.get(DiscoveryService), app.get(MetadataScanner));
  } catch (error) {
    await app.close();
    throw error;
  }
  collectRuntimeMetrics(options.process);
  serveOpenApi(app, identity);
  return app;
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
}
