import { existsSync, readFileSync } from 'node:fs';
import type { KafkaClientOptions } from '@probity/messaging';
import { writeSecret, type StackHome } from './home.js';
import type { PostgresServer } from './postgres.js';
import { StackError } from './stack-error.js';

/** A value of the environment; an empty one counts as not set. */
function setting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === '' ? undefined : value;
}

/**
 * The PostgreSQL server of `DATABASE_URL`: `postgres://administrator:password@host:port/database`, with the right to make roles
 * and databases. `DATABASE_CA` names a PEM file with its authority; without it the system's authorities are trusted.
 *
 * @returns null when the variable is not set
 * @throws StackError when the URL cannot be used
 */
export function externalServer(env: NodeJS.ProcessEnv): PostgresServer | null {
  const text = setting(env, 'DATABASE_URL');
  if (text === undefined) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.username === '') {
    throw new StackError(
      'DATABASE_URL cannot be read: write postgres://administrator:password@host:port/database, or leave it unset for a server of our own.',
    );
  }
  const ca = setting(env, 'DATABASE_CA');
  return {
    host: url.hostname,
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.length > 1 ? decodeURIComponent(url.pathname.slice(1)) : 'postgres',
    ca: ca === undefined ? null : readGiven('DATABASE_CA', ca),
  };
}

/**
 * How to administer the brokers of `KAFKA_BROKERS` (`host:port,host:port`, SASL_SSL with SCRAM-SHA-512).
 *
 * `KAFKA_ADMIN_USERNAME` and `KAFKA_ADMIN_PASSWORD` name a principal that may create topics and access rights; `KAFKA_CA` a PEM
 * file with the brokers' authority; `KAFKA_CREDENTIALS` a JSON file `{principal: password}` of the principals of the manifest,
 * which the brokers' owner has made as SCRAM users. It is copied to the store's secrets.
 *
 * @returns null when `KAFKA_BROKERS` is not set
 * @throws StackError that names the variable that is missing or cannot be used
 */
export function externalBrokerAdmin(
  env: NodeJS.ProcessEnv,
  home: StackHome,
  principals: readonly string[],
): KafkaClientOptions | null {
  const brokers = setting(env, 'KAFKA_BROKERS');
  if (brokers === undefined) return null;
  const need = (name: string): string => {
    const value = setting(env, name);
    if (value !== undefined) return value;
    throw new StackError(
      `KAFKA_BROKERS is set and ${name} is not: set it too, or unset both for a broker of our own.`,
    );
  };
  const credentials = readCredentials(need('KAFKA_CREDENTIALS'), principals);
  writeSecret(home.path('secrets', 'kafka.json'), `${JSON.stringify(credentials, null, 2)}\n`);
  return {
    clientId: 'local-stack',
    connection: {
      brokers: brokers.split(',').map((broker) => broker.trim()),
      ssl: { ca: [readGiven('KAFKA_CA', need('KAFKA_CA'))] },
      sasl: {
        mechanism: 'scram-sha-512',
        username: need('KAFKA_ADMIN_USERNAME'),
        password: need('KAFKA_ADMIN_PASSWORD'),
      },
    },
  };
}

/** Environment for the applications: where the servers are, and nothing that only an administrator may know. */
export function withoutAdminSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = { ...env };
  for (const name of ['KAFKA_ADMIN_USERNAME', 'KAFKA_ADMIN_PASSWORD', 'KAFKA_CREDENTIALS'])
    Reflect.deleteProperty(passed, name);
  const server = externalServer(env);
  if (server !== null) passed['DATABASE_URL'] = `postgres://${server.host}:${String(server.port)}`;
  return passed;
}

function readCredentials(file: string, principals: readonly string[]): Record<string, string> {
  const given = JSON.parse(readGiven('KAFKA_CREDENTIALS', file)) as Record<string, string>;
  const missing = principals.find((name) => typeof given[name] !== 'string');
  if (missing === undefined) return given;
  throw new StackError(
    `${file} has no password for the principal ${missing}: make that SCRAM user on the brokers and add it.`,
  );
}

function readGiven(variable: string, file: string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8');
  throw new StackError(`${variable} names ${file}, which does not exist: correct it.`);
}
