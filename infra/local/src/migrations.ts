import { existsSync, readFileSync } from 'node:fs';
import { writeWhole, type StackHome } from './home.js';
import type { PostgresServer } from './postgres.js';
import type { Progress } from './progress.js';
import { inProject } from './project.js';
import { DATABASES, OWNER, type DatabaseName } from './roles.js';
import { runCommand } from './run-command.js';
import { StackError } from './stack-error.js';

/** Applications with a schema, in the order in which their migrations run: a later one may refer to an earlier one's roles. */
const MIGRATING_APPS = ['vault', 'borough-ingest', 'governance', 'audit-ledger', 'projector'] as const;

const VARIABLES: Record<DatabaseName, string> = {
  probity_events: 'MIGRATION_EVENTS_URL',
  probity_vault: 'MIGRATION_VAULT_URL',
  probity_views: 'MIGRATION_VIEWS_URL',
};

/**
 * What a migration step is told: one `postgres://` URL a database, in the role that owns it, and `MIGRATION_CA`, the PEM file of
 * the authority that the server's certificate is checked against (unset where the system's authorities are trusted).
 */
export function migrationEnv(home: StackHome, server: PostgresServer, suffix = ''): Record<string, string> {
  const passwords = JSON.parse(readFileSync(home.path('secrets', 'postgres.json'), 'utf8')) as Record<
    string,
    string
  >;
  const env: Record<string, string> = {};
  for (const database of DATABASES) {
    const url = new URL(`postgres://${server.host}:${String(server.port)}/${database}${suffix}`);
    url.username = OWNER;
    url.password = passwords[OWNER] ?? '';
    env[VARIABLES[database]] = url.href;
  }
  if (typeof server.ca === 'string') {
    env['MIGRATION_CA'] = home.path('tls', 'postgres-ca.pem');
    writeWhole(env['MIGRATION_CA'], server.ca);
  }
  return env;
}

/**
 * Runs the migrations of every application, in one process.
 *
 * @param env environment of the stack, with {@link migrationEnv}
 * @param signal breaks off
 * @throws StackError that names the application whose migrations failed and the log
 */
export async function migrate(
  home: StackHome,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  const steps = MIGRATING_APPS.map((app) => ({
    app,
    script: inProject('dist', 'apps', app, 'src', 'migrate.js'),
  }));
  const missing = steps.find(({ script }) => !existsSync(script));
  if (missing !== undefined)
    throw new StackError(
      `The migrations of ${missing.app} are not built: run npm run build, then npm start.`,
    );
  progress('Migrating the databases');
  const runner = inProject('dist', 'infra', 'local', 'src', 'migrate-apps.js');
  const scripts = steps.map(({ script }) => script);
  const run = await runCommand(process.execPath, [runner, ...scripts], { env, signal, cwd: home.root });
  const log = home.logFile('migrations');
  writeWhole(log, `${run.stdout}${run.stderr}`, 0o600);
  if (run.status === 0) return;
  const reached = steps.findLast(({ script }) => run.stdout.includes(script));
  throw new StackError(`The migrations of ${reached?.app ?? 'the databases'} failed: read ${log}.`);
}
