import { SetMetadata, applyDecorators, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ProcessName } from '../config/process-name.js';
import type { Caller, CallerRole } from './caller.js';
import { callerOf } from './caller.js';

/** Who may call a route: a role, or one service by name. */
export type CallerRule = CallerRole | `service:${ProcessName}`;

/** Metadata key under which {@link Callers} keeps its rules. */
export const CALLERS_METADATA = 'probity:callers';

/** Metadata key under which {@link Public} marks a route. */
export const PUBLIC_METADATA = 'probity:public';

/** Name of the certificate scheme in the OpenAPI description. */
export const MUTUAL_TLS = 'mutualTls';

/**
 * Declares who may call a route, or every route of a controller. Anyone else is refused with ACC-001. A declaration on
 * the route takes the place of the controller's.
 *
 * @param rules roles, or single services as `service:vault`; at least one
 */
export function Callers(...rules: [CallerRule, ...CallerRule[]]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(CALLERS_METADATA, rules),
    ApiSecurity(MUTUAL_TLS),
    ApiExtension('x-callers', rules),
  );
}

/** Declares that a route answers anyone, certificate or not. For health and what the process says about itself. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(PUBLIC_METADATA, true);
}

/** Hands a route handler its {@link Caller}. */
export const CurrentCaller = createParamDecorator<undefined>(
  (_: undefined, context: ExecutionContext): Caller => {
    return callerOf(context.switchToHttp().getRequest<FastifyRequest>().raw);
  },
);

/** Whether a rule lets a caller pass. */
export function allows(rule: CallerRule, caller: Caller): boolean {
  return rule === caller.role || (caller.role === 'service' && rule === `service:${caller.name}`);
}
