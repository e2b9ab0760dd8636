import { METHOD_METADATA } from '@nestjs/common/constants.js';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { CALLERS_METADATA, PUBLIC_METADATA } from './callers.decorator.js';

/** A route that says neither who may call it nor that anyone may. The service does not start with one. */
export class UndeclaredRouteError extends Error {
  override readonly name = 'UndeclaredRouteError';

  /** @param routes `Controller.handler` of each such route */
  constructor(readonly routes: readonly string[]) {
    super(`Routes without @Callers or @Public: ${routes.join(', ')}; declare who may call them.`);
  }
}

/**
 * Checks every route of an application.
 *
 * @throws UndeclaredRouteError that names all undeclared routes
 */
export function assertRoutesDeclared(discovery: DiscoveryService, scanner: MetadataScanner): void {
  const undeclared = discovery.getControllers().flatMap((wrapper) => {
    const { metatype } = wrapper;
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Record<string, unknown>;
    return scanner
      .getAllMethodNames(prototype)
      .filter((name) => isUndeclaredRoute(prototype[name], metatype))
      .map((name) => `${metatype.name}.${name}`);
  });
  if (undeclared.length > 0) throw new UndeclaredRouteError(undeclared);
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- Nest's own type of a controller class.
function isUndeclaredRoute(handler: unknown, controller: Function): boolean {
  if (typeof handler !== 'function' || Reflect.getMetadata(METHOD_METADATA, handler) === undefined)
    return false;
  const declared = (target: object): boolean => {
    const rules: unknown = Reflect.getMetadata(CALLERS_METADATA, target);
    return (
      Reflect.getMetadata(PUBLIC_METADATA, target) === true || (Array.isArray(rules) && rules.length > 0)
    );
  };
  return !declared(handler) && !declared(controller);
}
