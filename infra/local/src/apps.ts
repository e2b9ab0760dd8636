import { existsSync } from 'node:fs';
import { INSTANCE_PORT_OFFSET } from '@probity/platform';
import type { ChildSpec } from './child.js';
import type { StackPorts } from './ports.js';
import { inProject } from './project.js';
import { StackError } from './stack-error.js';

/** Processes of applications, in the order in which they start. */
export const APP_NAMES = [
  'vault',
  'identity',
  'borough-ingest',
  'governance',
  'projector-matrix',
  'projector-safeguarding',
  'audit-ledger',
] as const;

/** A process of an application. */
export type AppName = (typeof APP_NAMES)[number];

const PROJECTIONS: Partial<Record<AppName, string>> = {
  'projector-matrix': 'matrix',
  'projector-safeguarding': 'safeguarding',
};

/** The applications of a stack: with `OIDC_ISSUER` the identity provider is somebody else's. */
export function appsOf(env: NodeJS.ProcessEnv): readonly AppName[] {
  return (env['OIDC_ISSUER'] ?? '') === '' ? APP_NAMES : APP_NAMES.filter((app) => app !== 'identity');
}

/** Folder below `apps/` that holds a process's code; both projectors are one application. */
function folderOf(app: AppName): string {
  if (app === 'identity') return 'identity-provider';
  return app in PROJECTIONS ? 'projector' : app;
}

/**
 * How an application's process is started.
 *
 * @param env environment of the stack: home, port base and where the servers are
 * @throws StackError when it is not built
 */
export function appSpec(
  app: AppName,
  ports: StackPorts,
  boroughs: readonly string[],
  env: NodeJS.ProcessEnv,
): ChildSpec {
  const entry = inProject('dist', 'apps', folderOf(app), 'src', 'main.js');
  if (!existsSync(entry)) throw new StackError(`${app} is not built: run npm run build, then npm start.`);
  const projections = PROJECTIONS[app];
  return {
    name: app,
    command: process.execPath,
    args: [entry],
    env: {
      ...env,
      NODE_ENV: 'production',
      TZ: 'UTC',
      ...(app === 'borough-ingest' ? { BOROUGHS: env['BOROUGHS'] ?? boroughs.join(',') } : {}),
      ...(projections === undefined ? {} : { PROJECTIONS: projections }),
    },
    port: ports[app],
    marker: entry,
    stopSignal: 'SIGTERM',
    graceMs: 20_000,
  };
}

/** Name of a second process of an application. */
export type SecondApp = `${AppName}-2`;

/** How a second process of an application is started beside the first: the same, but for its ports and its name. */
export function secondSpec(first: ChildSpec, app: AppName): ChildSpec & { name: SecondApp } {
  return {
    ...first,
    name: `${app}-2`,
    env: { ...first.env, PROBITY_INSTANCE: '2' },
    port: (first.port ?? 0) + INSTANCE_PORT_OFFSET,
  };
}
