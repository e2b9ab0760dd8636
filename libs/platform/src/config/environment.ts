import { isAbsolute, resolve } from 'node:path';
import { ConfigError } from './config-error.js';
import { DEFAULT_PORT_BASE } from './process-name.js';

/** Environment variables as a process receives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Host and port of the PostgreSQL server. */
export interface ServerAddress {
  host: string;
  port: number;
}

/**
 * `PROBITY_HOME` as an absolute path; by default `.probity` in the working directory.
 */
export function homeOf(env: Environment): string {
  const home = setting(env, 'PROBITY_HOME') ?? '.probity';
  return isAbsolute(home) ? home : resolve(home);
}

/**
 * `PROBITY_PORT_BASE`, a whole number from 1024 to 65000; 4100 by default.
 *
 * @throws ConfigError when it is anything else
 */
export function portBaseOf(env: Environment): number {
  const text = setting(env, 'PROBITY_PORT_BASE');
  if (text === undefined) return DEFAULT_PORT_BASE;
  const base = Number(text);
  if (!Number.isInteger(base) || base < 1024 || base > 65_000)
    throw new ConfigError('PROBITY_PORT_BASE is not a port', 'set a whole number from 1024 to 65000');
  return base;
}

/**
 * `KAFKA_BROKERS`, host:port pairs with commas between them; by default the local broker.
 *
 * @throws ConfigError when a part is no host:port pair
 */
export function brokersOf(env: Environment, localPort: number): string[] {
  const text = setting(env, 'KAFKA_BROKERS');
  if (text === undefined) return [`127.0.0.1:${String(localPort)}`];
  const brokers = text.split(',').map((part) => part.trim());
  if (!brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)))
    throw new ConfigError('KAFKA_BROKERS cannot be read', 'write host:port pairs with commas between them');
  return brokers;
}

/**
 * Host and port of `DATABASE_URL`; by default the local server. User, password and database of the URL are ignored:
 * each process signs in with its own role.
 *
 * @throws ConfigError when it is no postgres:// URL
 */
export function databaseOf(env: Environment, localPort: number): ServerAddress {
  const text = setting(env, 'DATABASE_URL');
  if (text === undefined) return { host: '127.0.0.1', port: localPort };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '')
    throw new ConfigError('DATABASE_URL cannot be read', 'write postgres://host:port');
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? 5432 : Number(url.port) };
}

/**
 * `PROBITY_TOPIC_PREFIX`, put before every topic name; empty by default.
 *
 * @throws ConfigError when it holds what a topic name cannot
 */
export function topicPrefixOf(env: Environment): string {
  return matching(env, 'PROBITY_TOPIC_PREFIX', /^[A-Za-z0-9._-]{0,64}$/, 'letters, digits, dots and hyphens');
}

/**
 * `PROBITY_DB_SUFFIX`, put behind every database name; empty by default.
 *
 * @throws ConfigError when it holds what an unquoted database name cannot
 */
export function databaseSuffixOf(env: Environment): string {
  return matching(env, 'PROBITY_DB_SUFFIX', /^[a-z0-9_]{0,40}$/, 'small letters, digits and underscores');
}

/**
 * File of the authority that the database's certificate is checked against: the stack's own, or with `DATABASE_URL`
 * that of `DATABASE_CA`.
 *
 * @returns `null` when the system's authorities are trusted, because a foreign server comes without a file
 */
export function databaseCaOf(env: Environment, ownCa: string): string | null {
  return setting(env, 'DATABASE_URL') === undefined ? ownCa : (setting(env, 'DATABASE_CA') ?? null);
}

/** File of the authority of the brokers: the stack's own, or with `KAFKA_BROKERS` that of `KAFKA_CA` where it is set. */
export function brokerCaOf(env: Environment, ownCa: string): string {
  return setting(env, 'KAFKA_BROKERS') === undefined ? ownCa : (setting(env, 'KAFKA_CA') ?? ownCa);
}

/**
 * `OIDC_ISSUER`, the address of the identity provider exactly as its tokens name it; by default the local one.
 *
 * @throws ConfigError when it is no https:// URL without query and fragment
 */
export function issuerOf(env: Environment, localPort: number): string {
  const text = setting(env, 'OIDC_ISSUER');
  if (text === undefined) return `https://127.0.0.1:${String(localPort)}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:' || url.search !== '' || url.hash !== '')
    throw new ConfigError('OIDC_ISSUER cannot be read', 'write the https:// address that the tokens name');
  return text;
}

/** File of the authority of the identity provider: the stack's own, or with `OIDC_ISSUER` that of `OIDC_CA`. */
export function issuerCaOf(env: Environment, ownCa: string): string {
  return setting(env, 'OIDC_ISSUER') === undefined ? ownCa : (setting(env, 'OIDC_CA') ?? ownCa);
}

/**
 * `PROBITY_INSTANCE`: which of several processes of one kind this is, 1 or 2; 1 by default.
 *
 * @throws ConfigError when it is anything else
 */
export function instanceOf(env: Environment): number {
  const text = setting(env, 'PROBITY_INSTANCE') ?? '1';
  if (text !== '1' && text !== '2')
    throw new ConfigError('PROBITY_INSTANCE is neither 1 nor 2', 'set one of the two or leave it out');
  return Number(text);
}

/** Which clock the process is told to run on; `null` when nothing is said. */
export function clockSettingOf(env: Environment): 'real' | 'controlled' | null {
  const text = setting(env, 'PROBITY_CLOCK');
  if (text === undefined) return null;
  if (text === 'real' || text === 'controlled') return text;
  throw new ConfigError('PROBITY_CLOCK is neither real nor controlled', 'set one of the two or leave it out');
}

function matching(env: Environment, name: string, pattern: RegExp, allowed: string): string {
  const text = setting(env, name) ?? '';
  if (!pattern.test(text)) throw new ConfigError(`${name} cannot be used in a name`, `use only ${allowed}`);
  return text;
}

function setting(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}
