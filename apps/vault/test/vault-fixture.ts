import { readFileSync } from 'node:fs';
import {
  DomainClock,
  ServiceLogger,
  startService,
  type RunningService,
  type StackConfig,
} from '@probity/platform';
import { VaultClient } from '@probity/sealing';
import { startHarness, type Harness } from '@probity/testing';
import { Agent, request } from 'undici';
import { runVaultMigrations } from '../src/database/run-migrations.js';
import { BODY_LIMIT, VaultModule } from '../src/vault.module.js';

/** An answer of the vault as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A running vault on the real database, spoken to over mutual TLS. */
export interface VaultFixture {
  readonly harness: Harness;
  readonly vault: RunningService;
  /** What the vault has logged. */
  readonly log: () => string;
  client(service: string): VaultClient;
  /** A bare call as a service or a person, or as nobody. */
  post(as: string | null, path: string, body: unknown): Promise<WireAnswer>;
  get(path: string, as?: string): Promise<WireAnswer>;
  /** Move the domain clock, and wait until the vault has taken notice. */
  advanceTo(now: string): Promise<void>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** A harness with the vault's tables and no topics. */
export function vaultHarness(): Promise<Harness> {
  return startHarness({ migrate: [runVaultMigrations], boroughs: [] });
}

/** Start the vault of a harness. The `vault` certificate and free ports; `change` alters its configuration. */
export async function startVault(harness: Harness, change: Partial<StackConfig> = {}): Promise<VaultFixture> {
  const lines: string[] = [];
  const vault = await startService({
    process: 'vault',
    module: VaultModule,
    bodyLimit: BODY_LIMIT,
    config: { ...harness.config, ...change },
    port: 0,
    logger: new ServiceLogger('vault', 'trace', { write: (line: string) => void lines.push(line) }),
  });
  const agents = new Map<string, Agent>();
  const clients: VaultClient[] = [];
  const agentOf = (tls: { ca: string; cert?: string }): Agent => {
    const key = tls.cert ?? '';
    const known = agents.get(key) ?? new Agent({ connect: { ...tls, maxCachedSessions: 0 } });
    agents.set(key, known);
    return known;
  };
  const call = async (
    as: string | null,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<WireAnswer> => {
    const { tls, authorization } = as === null ? nobody(harness) : await harness.as(as);
    const headers = {
      ...(authorization === null ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const dispatcher = agentOf(tls);
    const response = await request(new URL(path, vault.url), { dispatcher, method, headers, ...content });
    const text = await response.body.text();
    return { status: response.statusCode, text, body: JSON.parse(text || '{}') as WireAnswer['body'] };
  };
  return {
    harness,
    vault,
    log: () => lines.join(''),
    client: (service) => {
      const client = new VaultClient({ url: vault.url, tls: harness.config.serviceTls(service) });
      clients.push(client);
      return client;
    },
    post: (as, path, body) => call(as, 'POST', path, body),
    get: (path, as) => call(as ?? null, 'GET', path),
    advanceTo: async (now) => vault.app.get(DomainClock).advanceTo(now),
    metrics: async () => (await request(`http://127.0.0.1:${String(vault.metricsPort)}/metrics`)).body.text(),
    close: async () => {
      await Promise.all([
        ...clients.map((client) => client.close()),
        ...[...agents.values()].map((agent) => agent.close()),
      ]);
      await vault.close();
    },
  };
}

function nobody(harness: Harness): { tls: { ca: string }; authorization: null } {
  return { tls: { ca: readFileSync(harness.config.paths.ca, 'utf8') }, authorization: null };
}
