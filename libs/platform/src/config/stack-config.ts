import { join } from 'node:path';
import {
  brokerCaOf,
  brokersOf,
  clockSettingOf,
  databaseCaOf,
  databaseOf,
  databaseSuffixOf,
  homeOf,
  instanceOf,
  issuerCaOf,
  issuerOf,
  portBaseOf,
  topicPrefixOf,
} from './environment.js';
import type { Environment, ServerAddress } from './environment.js';
import { ConfigError } from './config-error.js';
import { portsFrom } from './process-name.js';
import type { PortName } from './process-name.js';
import { pathsUnder, readSecret, readStackFile, readStamp } from './stack-files.js';
import type { StackPaths } from './stack-files.js';

/** The three databases of the stack, before the suffix of `PROBITY_DB_SUFFIX`. */
export type DatabaseName = 'probity_events' | 'probity_vault' | 'probity_views';

/** How to reach one database as one role; the shape that `pg` takes, so that this library need not know `pg`. */
export interface PgConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** Always TLS; without `ca` the system's authorities are trusted (a foreign server, `DATABASE_URL`). */
  ssl: { ca?: string };
}

/** How to reach the broker as one principal; the shape that the broker client takes. */
export interface KafkaConnection {
  brokers: string[];
  ssl: { ca: string[] };
  sasl: { mechanism: 'scram-sha-512'; username: string; password: string };
}

/** PEM texts for one end of a mutual TLS connection. */
export interface TlsMaterial {
  ca: string;
  cert: string;
  key: string;
}

/** Which clock gives domain time: the operator's, which stands still between orders, or the machine's. */
export type ClockMode = 'controlled' | 'real';

/** Every path, port and credential of a stack. Secrets are read when asked for, so a process needs only its own. */
export interface StackConfig {
  home: string;
  paths: StackPaths;
  portBase: number;
  /** Which of several processes of one kind this is, from 1. */
  instance: number;
  ports: Record<PortName, number>;
  kafkaBrokers: string[];
  /** Address of the identity provider, exactly as its tokens name it. */
  issuer: string;
  topicPrefix: string;
  databaseSuffix: string;
  postgres: ServerAddress;
  storeId: string;
  /** All people in a synthetic store are made up; the stamp is given once, when the store is created. */
  synthetic: boolean;
  clockMode: ClockMode;
  pg(role: string, database: DatabaseName): PgConnection;
  kafka(principal: string): KafkaConnection;
  serviceTls(name: string): TlsMaterial;
  /** PEM text of the authority that the identity provider's certificate is checked against. */
  issuerCa(): string;
  /** For a service that speaks to the identity provider. */
  issuerTls(service: string): TlsMaterial;
  personTls(name: string): TlsMaterial;
}

/** Nest token of the {@link StackConfig}: `@Inject(STACK_CONFIG) config: StackConfig`. */
export const STACK_CONFIG = Symbol('STACK_CONFIG');

/**
 * Reads where the stack is and how its parts are reached.
 *
 * Variables: `PROBITY_HOME`, `PROBITY_PORT_BASE`, `DATABASE_URL` (host and port of another PostgreSQL) with
 * `DATABASE_CA`, `KAFKA_BROKERS` with `KAFKA_CA`, `OIDC_ISSUER` with `OIDC_CA`, `PROBITY_TOPIC_PREFIX`, `PROBITY_DB_SUFFIX`, `PROBITY_CLOCK`,
 * `PROBITY_INSTANCE`.
 *
 * @throws ConfigError with the remedy when a variable or a file is unusable; `pg`, `kafka` and the TLS readers throw it
 *   when called for something that the stack does not have
 */
export function loadStackConfig(env: Environment = process.env): StackConfig {
  const home = homeOf(env);
  const paths = pathsUnder(home);
  const portBase = portBaseOf(env);
  const ports = portsFrom(portBase);
  const stamp = readStamp(paths);
  const databaseSuffix = databaseSuffixOf(env);
  const postgres = databaseOf(env, ports.postgres);
  const databaseCa = databaseCaOf(env, paths.ca);
  const issuerCa = (): string => readStackFile(issuerCaOf(env, paths.ca));
  const kafkaBrokers = brokersOf(env, ports.kafka);
  return {
    home,
    paths,
    portBase,
    instance: instanceOf(env),
    ports,
    kafkaBrokers,
    issuer: issuerOf(env, ports.identity),
    topicPrefix: topicPrefixOf(env),
    databaseSuffix,
    postgres,
    storeId: stamp.storeId,
    synthetic: stamp.synthetic,
    clockMode: clockModeOf(stamp.synthetic, clockSettingOf(env)),
    pg: (role, database) => ({
      ...postgres,
      user: role,
      password: readSecret(paths.postgresSecrets, role),
      database: database + databaseSuffix,
      ssl: databaseCa === null ? {} : { ca: readStackFile(databaseCa) },
    }),
    kafka: (principal) => ({
      brokers: [...kafkaBrokers],
      ssl: { ca: [readStackFile(brokerCaOf(env, paths.ca))] },
      sasl: {
        mechanism: 'scram-sha-512',
        username: principal,
        password: readSecret(paths.kafkaSecrets, principal),
      },
    }),
    serviceTls: (name) => tlsMaterial(paths, paths.serviceTls, name),
    issuerCa,
    issuerTls: (service) => ({ ...tlsMaterial(paths, paths.serviceTls, service), ca: issuerCa() }),
    personTls: (name) => tlsMaterial(paths, paths.peopleTls, name),
  };
}

/**
 * The clock a store runs on. A synthetic store obeys the operator unless told to run on real time; a store of real
 * people never does, because its retention periods are law and not a demonstration.
 *
 * @throws ConfigError when a real store is told to run on the controlled clock
 */
export function clockModeOf(synthetic: boolean, told: ClockMode | null): ClockMode {
  if (synthetic) return told ?? 'controlled';
  if (told === 'controlled')
    throw new ConfigError(
      'A store of real data cannot run on the controlled clock',
      'leave PROBITY_CLOCK out',
    );
  return 'real';
}

function tlsMaterial(paths: StackPaths, folder: string, name: string): TlsMaterial {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(name))
    throw new ConfigError('A certificate name holds other signs', 'use letters, digits and hyphens');
  return {
    ca: readStackFile(paths.ca),
    cert: readStackFile(join(folder, `${name}.crt.pem`)),
    key: readStackFile(join(folder, `${name}.key.pem`)),
  };
}
