import { ConfigError } from '../config/config-error.js';
import { PORT_OFFSETS } from '../config/process-name.js';
import type { ProcessName } from '../config/process-name.js';
import { UndeclaredRouteError } from '../http/declared-routes.js';
import { ServiceLogger } from '../logging/service-logger.js';
import { startService } from './start-service.js';
import type { RunningService, ServiceOptions } from './start-service.js';

/** A stop that takes longer than this, in milliseconds of real time, is cut short with exit code 1. */
const STOP_DEADLINE_MS = 10_000;

/** Exit codes of a service: stopped cleanly, failed, or not startable as configured (sysexits EX_CONFIG). */
export const EXIT_CODES = { stopped: 0, failed: 1, misconfigured: 78 } as const;

/**
 * Runs a service as this process until SIGTERM or SIGINT: mutual TLS on loopback, problem documents, validation, the
 * caller guard, health, info, metrics, the clock route and JSON logs.
 *
 * Resolves when the service is ready. A start that fails says why in one line on the log and ends the process with a
 * code other than 0, and so does an error that nobody caught.
 *
 * @param options the process and the Nest module that it consists of
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const logger = options.logger ?? new ServiceLogger(options.process, process.env['PROBITY_LOG_LEVEL']);
  process.on('uncaughtException', (error) => {
    end(logger, error, options.process);
  });
  process.on('unhandledRejection', (error) => {
    end(logger, error, options.process);
  });
  try {
    const service = await startService({ ...options, logger });
    stopOnSignals(service, logger, options.process);
    logger.log(`ready on port ${String(service.port)}`, 'Service');
  } catch (error) {
    end(logger, error, options.process);
  }
}

/**
 * One sentence for a start that failed for a reason an operator can do something about, or `null` for a fault.
 */
export function startFailure(error: unknown, processName: ProcessName): string | null {
  if (error instanceof ConfigError || error instanceof UndeclaredRouteError) return error.message;
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EADDRINUSE') return null;
  const port = 'port' in error ? String(error.port) : `of offset ${String(PORT_OFFSETS[processName])}`;
  return `Port ${port} (${processName}) is in use: stop what listens there, or set PROBITY_PORT_BASE to a free range.`;
}

function end(logger: ServiceLogger, error: unknown, processName: ProcessName): never {
  const sentence = startFailure(error, processName);
  if (sentence === null) logger.fatal('the process failed', error, 'Service');
  else logger.fatal(sentence, 'Service');
  process.exit(error instanceof ConfigError ? EXIT_CODES.misconfigured : EXIT_CODES.failed);
}

function stopOnSignals(service: RunningService, logger: ServiceLogger, processName: ProcessName): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    logger.log(`stopping on ${signal}`, 'Service');
    setTimeout(() => {
      logger.fatal('the stop took too long', 'Service');
      process.exit(EXIT_CODES.failed);
    }, STOP_DEADLINE_MS).unref();
    service.close().then(
      () => process.exit(EXIT_CODES.stopped),
      (error: unknown) => end(logger, error, processName),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
