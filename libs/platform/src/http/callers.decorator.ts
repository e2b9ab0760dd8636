import { SetMetadata, applyDecorators, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ProcessName } from '../config/process-name.js';
import type { Caller, CallerRole } from './caller.js';
import { callerOf } from './caller-authentication.js';

/** Who may call a route: a role, or one service by name. */
export type CallerRule = CallerRole | `service:${ProcessName}`;

/** Metadata key under which {@link Callers} keeps its rules. */
export const CALLERS_METADATA = 'probity:callers';

/** Metadata key under which {@link Public} marks a route. */
export const PUBLIC_METADATA = 'probity:public';

/** Metadata key under which {@link PersonDecides} marks a route. */
export const DECISION_METADATA = 'probity:person-decides';

/** Name of the token scheme in the OpenAPI description. */
export const BEARER_TOKEN = 'boundToken';

/** Name of the certificate scheme in the OpenAPI description. */
export const MUTUAL_TLS = 'mutualTls';

/**
 * Declares who may call a route, or every route of a controller. Anyone else is refused with ACC-001. A declaration on
 * the route takes the place of the controller's.
 *
 * @param rules roles, or single services as `service:vault`; at least one
 */
export function Callers(...rules: [CallerRule, ...CallerRule[]]): MethodDecorator & ClassDecorator {
  const isForCertificates = rules.some((rule) => rule === 'operator' || rule.startsWith('service'));
  const isForPeople = rules.some((rule) => rule !== 'operator' && !rule.startsWith('service'));
  return applyDecorators(
    SetMetadata(CALLERS_METADATA, rules),
    ...(isForCertificates ? [ApiSecurity(MUTUAL_TLS)] : []),
    ...(isForPeople ? [ApiSecurity(BEARER_TOKEN)] : []),
    ApiExtension('x-callers', rules),
  );
}

/** Declares that only a person may do this, whatever a service is allowed elsewhere: a service is refused with AUT-004. */
export function PersonDecides(): MethodDecorator & ClassDecorator {
  return SetMetadata(DECISION_METADATA, true);
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
