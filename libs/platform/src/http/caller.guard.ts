import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { callerOf } from './caller.js';
import { CALLERS_METADATA, PUBLIC_METADATA, allows } from './callers.decorator.js';
import type { CallerRule } from './callers.decorator.js';
import { ProblemError } from './problem.js';

/** Lets a request in only when its route declares the caller's role or service. What declares nothing lets nobody in. */
export class CallerGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws ProblemError 401 ACC-004 without a certificate, 403 ACC-001 for a caller whom the route does not name */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_METADATA, targets) === true) return true;
    const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>().raw);
    const rules = this.reflector.getAllAndOverride<CallerRule[] | undefined>(CALLERS_METADATA, targets) ?? [];
    if (rules.some((rule) => allows(rule, caller))) return true;
    throw new ProblemError({
      status: 403,
      code: 'ACC-001',
      title: 'Not for this caller',
      detail: 'The role of the certificate may not call this address.',
      remedy: 'Use a certificate of a role that may.',
    });
  }
}
