import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** One request's place in a trace (W3C Trace Context, level 1). */
export interface Trace {
  /** 32 hexadecimal digits; also the correlation id of problems and log lines. */
  traceId: string;
  /** 16 hexadecimal digits, of this request. */
  spanId: string;
  /** Two hexadecimal digits; the caller's sampling decision is kept. */
  flags: string;
}

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?$/;
const traces = new WeakMap<IncomingMessage, Trace>();
const current = new AsyncLocalStorage<Trace>();

/**
 * Continues the caller's trace, or begins one where the header is missing or malformed.
 *
 * @param header value of `traceparent`
 */
export function continueTrace(header: string | string[] | undefined): Trace {
  const match = typeof header === 'string' ? TRACEPARENT.exec(header) : null;
  // Version 00 has nothing after the flags; later versions may.
  const isReadable = match !== null && (match[1] !== '00' || match[4] === undefined);
  return {
    traceId: (isReadable ? match[2] : undefined) ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    flags: (isReadable ? match[3] : undefined) ?? '00',
  };
}

/** The header that names a trace to the next service. */
export function traceparentOf(trace: Trace): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.flags}`;
}

/** The trace of a request; the same at every call. */
export function traceOf(request: IncomingMessage): Trace {
  const known = traces.get(request);
  if (known !== undefined) return known;
  const trace = continueTrace(request.headers['traceparent']);
  traces.set(request, trace);
  return trace;
}

/** Runs a step of a request so that {@link currentTrace} answers inside it. */
export function runInTrace(trace: Trace, step: () => void): void {
  current.run(trace, step);
}

/** The trace of the request being handled, or `null` outside one. */
export function currentTrace(): Trace | null {
  return current.getStore() ?? null;
}

/** `traceparent` to send on to another service or into an event; begins a trace outside a request. */
export function currentTraceparent(): string {
  return traceparentOf(currentTrace() ?? continueTrace(undefined));
}
