import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortBase, StackHome, Supervisor } from '@probity/local-stack';
import type { RunningStack } from '@probity/local-stack';
import type { SqlClient } from '@probity/event-store';
import { BatchSigner } from '@probity/events';
import { KafkaLog } from '@probity/messaging';
import { loadStackConfig, PersonaSessions } from '@probity/platform';
import type { DatabaseName, StackConfig } from '@probity/platform';
import { VaultClient } from '@probity/sealing';
import pg from 'pg';
import { UsageError } from '../options.js';
import type { Disposer } from './disposer.js';

/** Settings of the environment that would lead a stack of our own to somebody else's servers. */
const FOREIGN = [
  'DATABASE_URL',
  'DATABASE_CA',
  'KAFKA_BROKERS',
  'KAFKA_CA',
  'OIDC_ISSUER',
  'OIDC_CA',
  'PROBITY_TOPIC_PREFIX',
  'PROBITY_DB_SUFFIX',
  'PROBITY_CLOCK',
  'BOROUGHS',
];

/** Tells what is going on; goes to stderr. */
export type Report = (sentence: string) => void;

/** A running stack with all its keys, and what measurements open on it. Everything is closed by the disposer. */
export class Lab {
  /** Speaks as the personas of the stack, and as the operator. */
  readonly people: PersonaSessions;

  constructor(
    readonly config: StackConfig,
    readonly env: NodeJS.ProcessEnv,
    readonly home: StackHome,
    /** The stack as its own supervisor sees it; null for one that somebody else runs. */
    readonly stack: RunningStack | null,
    readonly disposer: Disposer,
    readonly report: Report,
  ) {
    this.people = new PersonaSessions(config, () => performance.timeOrigin + performance.now());
  }

  /** The same servers with other databases and topics. */
  with(env: NodeJS.ProcessEnv): Lab {
    const all = { ...this.env, ...env };
    return new Lab(loadStackConfig(all), all, this.home, this.stack, this.disposer, this.report);
  }

  /** A session of its own. */
  async connect(role: string, database: DatabaseName): Promise<pg.Client> {
    const client = new pg.Client({ ...this.config.pg(role, database), application_name: 'probity bench' });
    // A query under way tells of a lost session; an idle one does not matter.
    client.on('error', () => undefined);
    await client.connect();
    this.disposer.add(() => client.end());
    return client;
  }

  /** Sessions for work side by side. */
  pool(role: string, database: DatabaseName, max: number): pg.Pool {
    const pool = new pg.Pool({ ...this.config.pg(role, database), max, application_name: 'probity bench' });
    pool.on('error', () => undefined);
    this.disposer.add(() => pool.end());
    return pool;
  }

  /** The log as one principal. */
  log(principal: string): KafkaLog {
    const log = new KafkaLog({ clientId: 'probity-bench', connection: this.config.kafka(principal) });
    this.disposer.add(() => log.close());
    return log;
  }

  /** The vault as one service. */
  vault(service: string): VaultClient {
    const url = `https://127.0.0.1:${String(this.config.ports.vault)}`;
    const vault = new VaultClient({ url, tls: this.config.serviceTls(service) });
    this.disposer.add(() => vault.close());
    return vault;
  }

  /** The signer of a borough. */
  signer(borough: string): BatchSigner {
    return new BatchSigner(
      borough,
      readFileSync(this.home.path('keys', 'writers', `${borough}.key.pem`), 'utf8'),
    );
  }
}

/** Starts a stack in a new folder on free ports; the disposer stops it and removes the folder. */
export async function startLab(disposer: Disposer, report: Report): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'probity-bench-'));
  // The database server may run as another user, who must be able to pass.
  chmodSync(folder, 0o755);
  disposer.add(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const kept = Object.entries(process.env).filter(([name]) => !FOREIGN.includes(name));
  const portBase = await freePortBase();
  const env = {
    ...Object.fromEntries(kept),
    PROBITY_HOME: join(folder, 'home'),
    PROBITY_PORT_BASE: String(portBase),
    // One person opens everybody's name here, many times over.
    VAULT_DAILY_CAP: '999999',
  };
  const stack = new Supervisor({ env, progress: report });
  const starting = stack.start();
  disposer.add(async () => {
    await stack.stop();
    // A start that was broken off may still be making files in the folder.
    await starting.catch(() => undefined);
  });
  await starting;
  return new Lab(loadStackConfig(stack.env), stack.env, stack.home, stack, disposer, report);
}

/**
 * Finds the running stack of a home.
 *
 * @throws UsageError when its people are real
 */
export function findLab(folder: string, disposer: Disposer, report: Report): Lab {
  const home = new StackHome(folder);
  const { portBase } = home.readStamp() as { portBase?: number };
  const env = {
    ...process.env,
    PROBITY_HOME: home.root,
    ...(portBase === undefined ? {} : { PROBITY_PORT_BASE: String(portBase) }),
  };
  const config = loadStackConfig(env);
  if (!config.synthetic) throw new UsageError('Nothing is measured on a store of real people.');
  return new Lab(config, env, home, null, disposer, report);
}

/** A connected client in the words of the event store. */
export function asSqlClient(client: pg.ClientBase): SqlClient {
  return client;
}
