import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { CallerAuthentication } from './caller-authentication.js';
import { CALLERS_METADATA, DECISION_METADATA, PUBLIC_METADATA, allows } from './callers.decorator.js';
import type { CallerRule } from './callers.decorator.js';
import { ProblemError } from './problem.js';

/** Lets a request in only when its route declares the caller's role or service. What declares nothing lets nobody in. */
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authentication: CallerAuthentication,
  ) {}

  /**
   * @throws ProblemError 401 as {@link CallerAuthentication.identify}, 403 AUT-004 for a service where a person must decide, 403
   *   ACC-001 for any other caller whom the route does not name
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_METADATA, targets) === true) return true;
    const { raw } = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.authentication.identify(raw);
    const rules = this.reflector.getAllAndOverride<CallerRule[] | undefined>(CALLERS_METADATA, targets) ?? [];
    if (rules.some((rule) => allows(rule, caller))) return true;
    const isDecision = this.reflector.getAllAndOverride<boolean | undefined>(DECISION_METADATA, targets);
    throw isDecision === true && caller.session === null ? aPersonDecides() : notForThisCaller();
  }
}

function notForThisCaller(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'ACC-001',
    title: 'Not for this caller',
    detail: 'The role of the caller may not call this address.',
    remedy: 'Ask somebody with a role that may.',
  });
}

function aPersonDecides(): ProblemError {
  return new ProblemError({
    status: 403,
    code: 'AUT-004',
    title: 'A person decides this',
    detail: 'A service account can never enter, raise or share.',
    remedy: 'Have a person with the role for it do this, under their own name.',
  });
}
