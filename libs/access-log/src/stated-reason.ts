import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { applyDecorators } from '@nestjs/common';

/** Why somebody looks, as they say themselves. */
export interface StatedReason {
  /** Code of the purpose; whether it is one, the rules say. */
  readonly purpose: string;
  /** 10 to 500 characters. */
  readonly justification: string;
}

/** What a request leaves out of its reason: a look without one is refused, and logged like every refusal. */
export interface MissingReason {
  readonly missing: readonly ('purpose' | 'justification')[];
}

/** Characters of a justification: a word is none, and a report belongs elsewhere. */
export const JUSTIFICATION = { min: 10, max: 500 } as const;

const PURPOSE_HEADER = 'probity-purpose';
const JUSTIFICATION_HEADER = 'probity-justification';

/** Says in the description of a route that it needs a reason, for one of these purposes. */
export function NeedsReason(purposes: readonly string[]): MethodDecorator {
  return applyDecorators(
    ApiHeader({ name: PURPOSE_HEADER, required: true, schema: { type: 'string', enum: [...purposes] } }),
    ApiHeader({
      name: JUSTIFICATION_HEADER,
      required: true,
      description: 'UTF-8, percent-encoded; 10 to 500 characters once decoded',
      schema: { type: 'string', minLength: 10, maxLength: 6000 },
    }),
  );
}

/** Hands a route handler the reason that the request states in its headers, or what is missing of it. */
export const Reason = createParamDecorator<undefined>(
  (_: undefined, context: ExecutionContext): StatedReason | MissingReason => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    return statedReason(headers[PURPOSE_HEADER], decoded(headers[JUSTIFICATION_HEADER]));
  },
);

/** Reads a reason, or finds what is missing of it. */
export function statedReason(purpose: unknown, justification: unknown): StatedReason | MissingReason {
  const why = typeof justification === 'string' ? justification.trim() : '';
  const hasPurpose = typeof purpose === 'string' && /^[A-Z_]{1,40}$/.test(purpose);
  const hasJustification = why.length >= JUSTIFICATION.min && why.length <= JUSTIFICATION.max;
  if (hasPurpose && hasJustification) return { purpose, justification: why };
  return {
    missing: [
      ...(hasPurpose ? [] : (['purpose'] as const)),
      ...(hasJustification ? [] : (['justification'] as const)),
    ],
  };
}

function decoded(header: unknown): string | null {
  if (typeof header !== 'string') return null;
  try {
    return decodeURIComponent(header);
  } catch {
    return null;
  }
}
