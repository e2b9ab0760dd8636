import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePortBase,
  portsFrom,
  prepareHome,
  provideKafka,
  providePostgres,
  readManifest,
  silent,
  StackHome,
  writeWhole,
  waitUntil,
} from '@probity/local-stack';
import type { PostgresServer, ServerPlan, StackChild } from '@probity/local-stack';

/** How to reach the servers of a jest run; the same for every test file of it. */
export interface SharedServers {
  /** Folder of the run. */
  folder: string;
  /** Home of the servers; test files have homes of their own beside it. */
  home: StackHome;
  portBase: number;
  postgres: PostgresServer;
}

interface Facts {
  portBase: number;
  postgres: PostgresServer;
}

/** Bound on a start, in ms: the first one on a machine fetches Kafka. */
const START_LIMIT_MS = 300_000;

/**
 * The PostgreSQL and the Kafka of this jest run. The first test file that asks starts them; the others wait for it.
 *
 * @throws Error when jest runs without the global set-up of `libs/testing/jest`, or the servers do not start
 */
export async function sharedServers(env: NodeJS.ProcessEnv): Promise<SharedServers> {
  const folder = env['PROBITY_TEST_RUN'];
  if (folder === undefined) throw new Error('jest.config.mjs lacks the globalSetup of libs/testing/jest.');
  const home = new StackHome(join(folder, 'home'));
  const [ready, failed] = [join(folder, 'ready.json'), join(folder, 'failed.txt')];
  if (isFirst(folder)) {
    try {
      const facts = await start(home, env);
      writeWhole(ready, JSON.stringify(facts), 0o600);
    } catch (error) {
      writeFileSync(failed, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
  const settled = await waitUntil(() => existsSync(ready) || existsSync(failed), START_LIMIT_MS);
  if (existsSync(failed)) throw new Error(readFileSync(failed, 'utf8'));
  if (!settled) throw new Error(`The servers of the test run did not start: read ${home.path('logs')}.`);
  return { folder, home, ...(JSON.parse(readFileSync(ready, 'utf8')) as Facts) };
}

/** True for one caller of all processes of a run: making a folder succeeds once. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(join(folder, 'starting'));
    return true;
  } catch {
    return false;
  }
}

async function start(home: StackHome, env: NodeJS.ProcessEnv): Promise<Facts> {
  const portBase = await freePortBase();
  const started: StackChild[] = [];
  const now = new Date();
  const manifest = readManifest();
  const plan: ServerPlan = {
    home,
    ports: portsFrom(portBase),
    manifest,
    env,
    durable: false,
    now,
    progress: silent,
    onStart: (child) => started.push(child),
  };
  try {
    await prepareHome(home, manifest, now);
    const [postgres, admin] = await Promise.all([providePostgres(plan), provideKafka(plan)]);
    await admin.close();
    return { portBase, postgres };
  } catch (error) {
    await Promise.all(started.map((child) => child.stop()));
    throw error;
  }
}
