import { readFileSync } from 'node:fs';
import { KafkaBrokerAdmin, type BrokerAdmin } from '@probity/messaging';
import { ensureCertificates } from './certificates.js';
import type { StackChild } from './child.js';
import type { StackHome } from './home.js';
import { fetchKafkaJars, hasKafkaJars } from './kafka-jars.js';
import { localBrokerAdmin, startKafka } from './kafka.js';
import { ensureCheckKeys, ensurePasswords, ensureWriterKeys } from './keys.js';
import { expandPrincipals, manifestDigest, type Expansion, type Manifest } from './manifest.js';
import type { StackPorts } from './ports.js';
import { externalBrokerAdmin, externalServer } from './external.js';
import { PG_ADMIN, startPostgres, type PostgresServer } from './postgres.js';
import type { Progress } from './progress.js';
import { ensureRolesAndDatabases, ROLES } from './roles.js';
import { StackError } from './stack-error.js';
import { applyManifest } from './topics.js';

/** What the two servers are started with. */
export interface ServerPlan {
  home: StackHome;
  ports: StackPorts;
  manifest: Manifest;
  /** Names servers of somebody else's, if any: `DATABASE_URL`, `KAFKA_BROKERS`. */
  env: NodeJS.ProcessEnv;
  /** False in tests alone. */
  durable: boolean;
  now: Date;
  progress: Progress;
  /** Told of each server as it starts, so that a failure later on can stop it. */
  onStart: (this: void, child: StackChild) => void;
  /** Breaks off a fetch. */
  signal?: AbortSignal;
}

/** Makes what a new store needs before anything runs: folders, stamp, clock, certificates, keys and passwords. */
export async function prepareHome(home: StackHome, manifest: Manifest, now: Date): Promise<void> {
  home.prepare(now);
  await ensureCertificates(home, now);
  ensureWriterKeys(home, manifest.boroughs);
  ensureCheckKeys(home);
}

/** Starts PostgreSQL, or finds the one that `DATABASE_URL` names, and makes roles and databases. */
export async function providePostgres(plan: ServerPlan): Promise<PostgresServer> {
  const passwords = ensurePasswords(plan.home, 'postgres', [PG_ADMIN, ...ROLES]);
  let server = externalServer(plan.env);
  if (server === null) {
    plan.progress('Starting PostgreSQL');
    server = await startPostgres({
      home: plan.home,
      port: plan.ports.postgres,
      adminPassword: passwords.get(PG_ADMIN) ?? '',
      durable: plan.durable,
      now: plan.now,
      onStart: plan.onStart,
    });
  } else {
    plan.progress(`Using the PostgreSQL server at ${server.host}:${String(server.port)}`);
  }
  await ensureRolesAndDatabases(server, passwords, plan.env['PROBITY_DB_SUFFIX']);
  return server;
}

/** Starts Kafka, or finds the broker that `KAFKA_BROKERS` names, and returns its administrator. The caller closes it. */
export async function provideKafka(plan: ServerPlan): Promise<BrokerAdmin> {
  const { home, ports, manifest, env } = plan;
  const principals = expandPrincipals(manifest);
  if ((env['KAFKA_BROKERS'] ?? '') !== '') {
    plan.progress(`Using the Kafka brokers at ${env['KAFKA_BROKERS'] ?? ''}`);
    return brokerAdminOf(env, home, ports, manifest);
  }
  if (!hasKafkaJars()) {
    plan.progress('Fetching Kafka with Maven, once');
    await fetchKafkaJars(plan.signal);
  }
  plan.progress('Starting Kafka');
  assertKnownPrincipals(home, principals);
  const passwords = ensurePasswords(home, 'kafka', principals);
  await startKafka({ home, ports, passwords, now: plan.now, onStart: plan.onStart });
  return localBrokerAdmin(home, ports);
}

/** The administrator of the broker that the environment names, or else of the local one. Connects on first use. */
export function brokerAdminOf(
  env: NodeJS.ProcessEnv,
  home: StackHome,
  ports: StackPorts,
  manifest: Manifest,
): BrokerAdmin {
  const external = externalBrokerAdmin(env, home, expandPrincipals(manifest));
  return external === null ? localBrokerAdmin(home, ports) : new KafkaBrokerAdmin(external);
}

/** How the manifest is expanded for the broker that the environment names. */
export function expansionOf(env: NodeJS.ProcessEnv): Expansion {
  return {
    topicPrefix: env['PROBITY_TOPIC_PREFIX'] ?? '',
    replication: env['KAFKA_REPLICATION'] === 'cluster' ? 'cluster' : 'single',
  };
}

/**
 * Applies the manifest to the broker of a store and remembers that it did. What the broker had and has lost does not end a start:
 * the services hold until a person has acted.
 */
export async function provideTopics(plan: ServerPlan, admin: BrokerAdmin): Promise<void> {
  const digest = manifestDigest(plan.manifest);
  const alreadyApplied = plan.home.readStamp().manifest === digest;
  const lacking = await applyManifest(admin, plan.manifest, { alreadyApplied, ...expansionOf(plan.env) });
  const [first, ...others] = lacking;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${String(others.length)} more)`;
    plan.progress(
      `The broker has lost something: ${first}${more}. Run npx probity recover once the stack runs.`,
    );
  }
  plan.home.restamp({ manifest: digest });
}

// Users are made when the broker's data folder is made; one who came to the manifest later could not log in.
function assertKnownPrincipals(home: StackHome, principals: readonly string[]): void {
  let known: Record<string, string>;
  try {
    known = JSON.parse(readFileSync(home.path('secrets', 'kafka.json'), 'utf8')) as Record<string, string>;
  } catch {
    return;
  }
  const stranger = principals.find((name) => known[name] === undefined);
  if (stranger === undefined) return;
  throw new StackError(
    `This store was made before the principal ${stranger} was: run npm run reset, then npm start.`,
  );
}
