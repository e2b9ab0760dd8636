import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { currentTrace } from '../http/trace-context.js';
import { framesOf, reportError } from './error-report.js';

/**
 * Writes the log of a process as JSON lines (pino) and serves as Nest's logger. Lines carry routes, codes, counts and
 * trace ids; bodies, queries and personal data are never handed to it.
 */
export class ServiceLogger implements LoggerService {
  private readonly pino: Logger;

  /**
   * @param process name of the process, on every line
   * @param level least level that is written: trace, debug, info, warn, error, fatal or silent
   * @param destination standard output unless given
   */
  constructor(process: string, level = 'info', destination?: DestinationStream) {
    const options = {
      level,
      base: { process },
      formatters: { level: (label: string) => ({ level: label }) },
    };
    this.pino = destination === undefined ? pino(options) : pino(options, destination);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Logs a request that was refused with a reason. */
  refused(method: string, route: string, status: number, code: string, traceId: string): void {
    this.pino.info({ method, route, status, code, traceId }, 'request refused');
  }

  /** Logs a request that failed without a foreseen reason. */
  failed(method: string, route: string, error: unknown, traceId: string): void {
    this.pino.error({ method, route, error: reportError(error), traceId }, 'request failed');
  }

  private write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ): void {
    // Nest hands the context last, and before it, for errors, a stack.
    const texts = rest.filter((part): part is string => typeof part === 'string');
    const context = texts.at(-1);
    const stack = texts.find((text) => text.includes('\n'));
    const error = [message, ...rest].find((part) => part instanceof Error);
    const trace = currentTrace();
    const fields = {
      ...(context === undefined || context.includes('\n') ? {} : { context }),
      ...(error === undefined ? {} : { error: reportError(error) }),
      ...(stack === undefined ? {} : { frames: framesOf(stack) }),
      ...(trace === null ? {} : { traceId: trace.traceId }),
    };
    this.pino[level](fields, typeof message === 'string' ? message : 'error');
  }
}
