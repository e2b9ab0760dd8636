import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  applyManifest,
  clientConfig,
  createDatabases,
  dropDatabases,
  localBrokerAdmin,
  migrationEnv,
  portsFrom,
  readManifest,
  StackHome,
} from '@probity/local-stack';
import pg from 'pg';
import type { BrokerAdmin } from '@probity/messaging';
import { loadStackConfig, PersonaSessions, PROCESS_NAMES } from '@probity/platform';
import type { Credentials, DatabaseName, StackConfig } from '@probity/platform';
import { sharedServers, type SharedServers } from './shared-servers.js';
import { TestIssuer } from './test-issuer.js';

/** Runs migrations as the owner. The environment holds what an application's `migrate` step is given by the stack. */
export type Migration = (env: NodeJS.ProcessEnv) => Promise<unknown>;

/** What a test file needs of the harness. */
export interface HarnessOptions {
  /** Migrations to run on the fresh databases, in this order. */
  migrate?: readonly Migration[];
  /** Boroughs whose topics are made; all 32 take about two seconds more. */
  boroughs?: readonly string[];
}

/** Boroughs whose topics a test file gets when it names none: Barking and Dagenham, Hackney, Hammersmith and Fulham. */
export const TEST_BOROUGHS = ['E09000002', 'E09000012', 'E09000013'] as const;

/**
 * A stack of its own for one test file, on the servers that all test files of a jest run share: databases with a suffix, topics
 * with a prefix, a home folder with its own clock, keys and spool.
 */
export interface Harness {
  /** Environment for `loadStackConfig`, for a child process, or for a migration. */
  env: NodeJS.ProcessEnv;
  config: StackConfig;
  home: StackHome;
  /** Set before every topic and consumer group name. */
  topicPrefix: string;
  /** Gives out tokens that the services of this test file believe; closed with the harness. */
  issuer: TestIssuer;
  /** What a request is made with as a persona, as the operator, or as a service. */
  as(name: string): Promise<Credentials>;
  /** Administrator of the broker; closed with the harness. */
  broker: BrokerAdmin;
  /** A connected client in a role of the stack, or as the administrator of the server; closed with the harness. */
  connect(role: string, database: DatabaseName): Promise<pg.Client>;
  connectAdmin(database: DatabaseName): Promise<pg.Client>;
  /** Closes what was opened and drops the databases. For `afterAll`. */
  close(): Promise<void>;
}

/**
 * Gives a test file its own view of the real PostgreSQL and the real Kafka. For `beforeAll`, with a time limit of minutes: the
 * first caller of a run starts the servers, which takes about 8 s, more when Kafka must be fetched first.
 */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const servers = await sharedServers(process.env);
  const id = randomBytes(4).toString('hex');
  const [topicPrefix, suffix] = [`t${id}.`, `_t${id}`];
  const home = ownHome(servers, id);
  await createDatabases(servers.postgres, suffix);
  const { serviceTls } = loadStackConfig({ PROBITY_HOME: home.root });
  const issuer = await TestIssuer.start(serviceTls('identity'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PROBITY_HOME: home.root,
    PROBITY_PORT_BASE: String(servers.portBase),
    PROBITY_TOPIC_PREFIX: topicPrefix,
    PROBITY_DB_SUFFIX: suffix,
    OIDC_ISSUER: issuer.url,
    ...migrationEnv(home, servers.postgres, suffix),
  };
  for (const migrate of options.migrate ?? []) await migrate(env);
  const broker = localBrokerAdmin(servers.home, portsFrom(servers.portBase));
  const boroughs = options.boroughs ?? TEST_BOROUGHS;
  await applyManifest(broker, readManifest(), { alreadyApplied: false, topicPrefix, boroughs });
  return assemble({ servers, env, home, issuer, topicPrefix, suffix, broker });
}

interface Parts {
  servers: SharedServers;
  env: NodeJS.ProcessEnv;
  home: StackHome;
  issuer: TestIssuer;
  topicPrefix: string;
  suffix: string;
  broker: BrokerAdmin;
}

function assemble(parts: Parts): Harness {
  const { servers, env, home, issuer, topicPrefix, suffix, broker } = parts;
  const config = loadStackConfig(env);
  const people = new PersonaSessions(config, () => new Date().getTime());
  const clients: pg.Client[] = [];
  const open = async (settings: pg.ClientConfig): Promise<pg.Client> => {
    const client = new pg.Client(settings);
    clients.push(client);
    await client.connect();
    return client;
  };
  return {
    env,
    config,
    home,
    issuer,
    as: async (name) =>
      (PROCESS_NAMES as readonly string[]).includes(name)
        ? { tls: config.serviceTls(name), authorization: null }
        : people.of(name),
    topicPrefix,
    broker,
    connect: (role, database) => open(config.pg(role, database)),
    connectAdmin: (database) => open(clientConfig(servers.postgres, database + suffix)),
    close: async () => {
      await Promise.all(clients.map((client) => client.end()));
      await issuer.close();
      await broker.close();
      await dropDatabases(servers.postgres, suffix);
    },
  };
}

/** A home that shares certificates and passwords with the servers' home and has everything else for itself. */
function ownHome(servers: SharedServers, id: string): StackHome {
  const home = new StackHome(join(servers.folder, 'files', id));
  mkdirSync(home.root, { recursive: true });
  for (const shared of ['tls', 'secrets']) symlinkSync(servers.home.path(shared), home.path(shared));
  cpSync(servers.home.path('keys'), home.path('keys'), { recursive: true });
  home.prepare(new Date());
  return home;
}
