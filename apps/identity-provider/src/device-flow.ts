import type { Provider } from 'oidc-provider';

/** A step before the provider's own work; Koa's type, as the provider takes it. */
type Middleware = Parameters<Provider['use']>[0];

/** Seconds between two questions of a command line that waits for its login (RFC 8628, 3.2). */
const INTERVAL_SECONDS = 2;

/**
 * Begins each login as a browser that was never here, so that everybody is asked who they are: without it whoever comes next to
 * the same desk would be logged in as the one before.
 */
export const forgetBrowser: Middleware = async (context, next) => {
  if (context.method === 'GET' && context.path === '/device') delete context.req.headers.cookie;
  await next();
};

/** Says to a command line how often it may ask; the provider itself says nothing, which means every five seconds. */
export const tellInterval: Middleware = async (context, next) => {
  await next();
  const body: unknown = context.body;
  if (context.path === '/device/code' && context.status === 200 && typeof body === 'object')
    context.body = { ...body, interval: INTERVAL_SECONDS };
};
