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

/**
 * Hands a route handler the body as a stream of bytes, read only as fast as the handler reads it.
 *
 * Refuses with 415 when the body is not of a streamed type.
 */
export const BodyStream = createParamDecorator<undefined>(
  (_: undefined, context: ExecutionContext): Readable => {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body instanceof Readable) return body;
    throw new ProblemError({
      status: 415,
      code: 'HTTP-415',
      title: 'Unsupported media type',
      detail: 'This address takes an upload.',
      remedy: `Send ${STREAMED_TYPES.join(' or ')}.`,
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
