import type { IncomingMessage } from 'node:http';
import { Readable, Transform } from 'node:stream';
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problem.js';

/** Media types whose bodies reach the route handler as they arrive, without being held in memory. */
const STREAMED_TYPES = ['application/octet-stream', 'text/csv'];

/**
 * Makes a server take JSON, parsed and bounded, and the streamed types, unparsed. Any other type is refused with 415.
 */
export function registerBodyParsers(server: FastifyInstance): void {
  server.removeContentTypeParser('text/plain');
  server.addContentTypeParser(STREAMED_TYPES, (_request, payload, done) => {
    done(null, payload);
  });
}

/** The bytes of a body as they arrive. */
export type BodyBytes = AsyncIterable<Uint8Array>;

/** A body broke off or stalled before its end. The connection is mostly gone by then, so this is for the record. */
export class BodyBroken extends Error {
  override readonly name = 'BodyBroken';
}

/** A body that sends nothing for so long is given up, in milliseconds of real time. */
const STALLED_MS = 60_000;

/** Bytes that are still taken and thrown away after a reader has stopped early, so that the sender hears the answer. */
const DISCARDED_BYTES = 256 * 1_048_576;

/**
 * Reads the body of a request only as fast as it is asked for. A reader may stop early: what still comes is thrown away
 * then, for a cut connection would lose the answer that says why.
 *
 * @param stalledMs real time without a byte after which the connection is cut
 * @throws BodyBroken when it ends before its end
 */
export async function* bodyBytes(
  request: IncomingMessage,
  stalledMs: number = STALLED_MS,
): AsyncGenerator<Uint8Array> {
  request.setTimeout(stalledMs, () => request.destroy());
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch {
    throw new BodyBroken('the body broke off before its end');
  } finally {
    discardRest(request);
  }
}

function discardRest(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  let left = DISCARDED_BYTES;
  request.on('error', () => undefined);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

/**
 * Hands a route handler the body as bytes that are read only as fast as the handler reads them.
 *
 * Refuses with 415 when the body is not of a streamed type, or is packed: what is hashed must be what is read.
 */
export const BodyStream = createParamDecorator<undefined>(
  (_: undefined, context: ExecutionContext): BodyBytes => {
    const { body, headers, raw } = context.switchToHttp().getRequest<FastifyRequest>();
    const coding = headers['content-encoding'] ?? 'identity';
    if (body instanceof Readable && coding === 'identity') return bodyBytes(raw);
    throw new ProblemError({
      status: 415,
      code: 'HTTP-415',
      title: 'Unsupported media type',
      detail: 'This address takes an upload as it is, not packed.',
      remedy: `Send ${STREAMED_TYPES.join(' or ')} without Content-Encoding.`,
    });
  },
);

/**
 * Passes a stream through until it has carried more than it may, then fails with a 413 problem.
 *
 * @param maxBytes greatest size, in bytes
 */
export function boundedBytes(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError({
    status: 413,
    code: 'HTTP-413',
    title: 'Body too large',
    detail: `This address takes at most ${String(maxBytes)} bytes.`,
    remedy: 'Send a smaller file.',
  });
}
