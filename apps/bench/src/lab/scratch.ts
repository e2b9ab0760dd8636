import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  applyManifest,
  createDatabases,
  localBrokerAdmin,
  migrationEnv,
  readManifest,
} from '@probity/local-stack';
import type { PostgresServer } from '@probity/local-stack';
import type { Lab } from './lab.js';

const SUFFIX = '_bench';
const PREFIX = 'bench.';
/** The administrator of the embedded server. */
const ADMIN = 'probity_admin';

/** The file that starts an application, or runs its migrations. */
export function appFile(app: string, file: 'main' | 'migrate'): string {
  return fileURLToPath(new URL(`../../../${app}/src/${file}.js`, import.meta.url));
}

/**
 * Databases and topics of their own on the servers of a lab, so that nobody else relays or projects what is measured.
 * They go with the lab's folder.
 */
export async function openScratch(lab: Lab): Promise<Lab> {
  lab.report('Making databases and topics to measure in');
  const server = serverOf(lab);
  await createDatabases(server, SUFFIX);
  const env = { PROBITY_DB_SUFFIX: SUFFIX, PROBITY_TOPIC_PREFIX: PREFIX };
  const scratch = lab.with(env);
  const migrations = { ...scratch.env, ...migrationEnv(lab.home, server, SUFFIX) };
  for (const app of ['borough-ingest', 'projector']) await runToEnd(appFile(app, 'migrate'), migrations);
  const admin = localBrokerAdmin(lab.home, lab.config.ports);
  try {
    await applyManifest(admin, readManifest(), { alreadyApplied: false, topicPrefix: PREFIX });
  } finally {
    await admin.close();
  }
  return scratch;
}

function serverOf(lab: Lab): PostgresServer {
  const passwords = JSON.parse(readFileSync(lab.home.path('secrets', 'postgres.json'), 'utf8')) as Record<
    string,
    string
  >;
  const { host, port } = lab.config.postgres;
  return {
    host,
    port,
    user: ADMIN,
    password: passwords[ADMIN] ?? '',
    database: 'postgres',
    ca: readFileSync(lab.home.caFile, 'utf8'),
  };
}

async function runToEnd(script: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (text: Buffer) => (told += text.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${script} ended with exit code ${String(code)}: ${told}`);
}
