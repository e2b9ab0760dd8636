import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { clientConfig, type PostgresServer } from './postgres.js';

/** The three databases: what happened, keys, and what is derived. */
export const DATABASES = ['probity_events', 'probity_vault', 'probity_views'] as const;

export type DatabaseName = (typeof DATABASES)[number];

/** Owns the databases and runs the migrations; no application uses it. */
export const OWNER = 'probity_owner';

/** Which databases each application role may connect to. What it may do there is granted by the migrations. */
const CONNECT: Record<string, readonly DatabaseName[]> = {
  probity_ingest: ['probity_events'],
  probity_governance: ['probity_events'],
  probity_retention: ['probity_events'],
  probity_ledger: ['probity_events'],
  probity_vault: ['probity_vault', 'probity_events'],
  // What the vault reads of a record's history before it destroys the key.
  probity_vault_events: ['probity_events'],
  probity_matrix: ['probity_views'],
  probity_safeguarding: ['probity_views'],
  probity_reader: ['probity_views'],
};

/** Every login role of the stack. */
export const ROLES: readonly string[] = [OWNER, ...Object.keys(CONNECT)];

/** Bounds on every role's sessions: no statement or idle transaction may hold locks for ever. The owner's are longer, for migrations. */
const APP_LIMITS = {
  statement_timeout: '60s',
  idle_in_transaction_session_timeout: '30s',
  lock_timeout: '20s',
};
const OWNER_LIMITS = {
  statement_timeout: '10min',
  idle_in_transaction_session_timeout: '60s',
  lock_timeout: '60s',
};

/** Makes the roles and the databases where they are missing, and sets passwords, limits and connection rights. */
export async function ensureRolesAndDatabases(
  server: PostgresServer,
  passwords: ReadonlyMap<string, string>,
  suffix = '',
): Promise<void> {
  const client = new pg.Client(clientConfig(server));
  await client.connect();
  try {
    for (const role of ROLES) await ensureRole(client, role, passwords.get(role) ?? '');
    for (const database of DATABASES) await ensureDatabase(client, database, `${database}${suffix}`);
  } finally {
    await client.end();
  }
}

/** Makes the three databases with a suffix of their own; for tests, on a server whose roles exist. */
export async function createDatabases(server: PostgresServer, suffix: string): Promise<void> {
  const client = new pg.Client(clientConfig(server));
  await client.connect();
  try {
    for (const database of DATABASES) await ensureDatabase(client, database, `${database}${suffix}`);
  } finally {
    await client.end();
  }
}

/** Drops the databases of a suffix, ending what is still connected to them. Never called with an empty suffix. */
export async function dropDatabases(server: PostgresServer, suffix: string): Promise<void> {
  if (suffix === '') throw new Error('Databases are dropped by suffix only.');
  const client = new pg.Client(clientConfig(server));
  await client.connect();
  try {
    for (const database of DATABASES) {
      await client.query(
        `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(`${database}${suffix}`)} WITH (FORCE)`,
      );
    }
  } finally {
    await client.end();
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const name = pg.escapeIdentifier(role);
  const found = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = found.rowCount === 0 ? 'CREATE' : 'ALTER';
  const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';
  await client.query(`${verb} ROLE ${name} ${rights} PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`);
  for (const [setting, value] of Object.entries(role === OWNER ? OWNER_LIMITS : APP_LIMITS)) {
    await client.query(`ALTER ROLE ${name} SET ${setting} = '${value}'`);
  }
}

async function ensureDatabase(client: pg.Client, kind: DatabaseName, database: string): Promise<void> {
  const name = pg.escapeIdentifier(database);
  const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (found.rowCount === 0) {
    // The administrator of an existing server may not be a superuser: it must belong to a role to make that role the owner.
    await client.query(`GRANT ${pg.escapeIdentifier(OWNER)} TO CURRENT_USER`);
    await client.query(
      `CREATE DATABASE ${name} OWNER ${pg.escapeIdentifier(OWNER)} TEMPLATE template0 ENCODING 'UTF8'`,
    );
  }
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  for (const [role, databases] of Object.entries(CONNECT)) {
    if (databases.includes(kind))
      await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${pg.escapeIdentifier(role)}`);
  }
}

/**
 * What PostgreSQL stores of a password, so that the password itself is in no statement (RFC 5802, RFC 7677).
 * The passwords are random base64url, so the normalisation of RFC 4013 changes nothing.
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${String(iterations)}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
