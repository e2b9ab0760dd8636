import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { decodeRecord, type StoredEvent } from '@probity/events';
import { metricsPort } from '@probity/local-stack';
import { BOROUGH_CODES } from '@probity/messaging';
import { request } from 'undici';
import type { Store } from '../store.js';

/** One thing of the loot: a column of a table, a part of a record, a file. */
export interface Piece {
  place: string;
  bytes: Buffer;
}

/** What a thief carries away: everything but the vault's database and the vault's key-encryption keys. */
export interface Loot {
  pieces: Piece[];
  /** Every record of every topic. */
  events: StoredEvent[];
  /** Files of keys, certificates, passwords and logins. */
  secrets: Piece[];
}

const DATABASES = ['probity_events', 'probity_views'] as const;
const BOROUGH_TOPICS = BOROUGH_CODES.flatMap((code) => [`matrix.${code}`, `safeguarding.${code}`]);
const SERVING = ['borough-ingest', 'governance', 'vault', 'projector-matrix', 'identity'] as const;
/** The databases' own files are read through their tables; the topics' segments through their records. */
const READ_OTHERWISE = ['data'];
const VAULTS_OWN = [join('keys', 'kek')];
const SECRETS = ['keys', 'secrets', 'tls', 'login'];
const LARGEST_FILE = 32 * 1024 * 1024;

/** Steals from a running stack with the rights of its administrators. */
export async function steal(store: Store): Promise<Loot> {
  const files = filesBelow(store.home.root);
  const [tables, records] = [await stealTables(store), await stealTopics(store)];
  return {
    pieces: [...tables, ...records.pieces, ...files, ...(await stealMetrics(store))],
    events: records.events,
    secrets: files.filter(({ place }) => SECRETS.includes(place.split(sep)[0] ?? '')),
  };
}

async function stealTables(store: Store): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (const database of DATABASES) {
    const client = await store.connect(database);
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query<Record<string, unknown>>(`SELECT * FROM ${name}`);
      for (const row of rows)
        for (const [column, value] of Object.entries(row))
          if (value !== null) pieces.push({ place: `${name}.${column}`, bytes: bytesOf(value) });
    }
    await client.end();
  }
  return pieces;
}

async function stealTopics(store: Store): Promise<{ pieces: Piece[]; events: StoredEvent[] }> {
  const loot: { pieces: Piece[]; events: StoredEvent[] } = { pieces: [], events: [] };
  const log = store.logAs('audit-ledger');
  const topics = [...BOROUGH_TOPICS, 'access', 'oversight', 'sharing'].map((name) => ({
    name,
    partitions: 1,
  }));
  for (const { name, partitions } of [...topics, { name: 'looks', partitions: 4 }]) {
    for (let partition = 0; partition < partitions; partition += 1) {
      const { low, high } = await log.marks(name, partition);
      if (high === low) continue;
      for await (const record of log.read(name, partition, low, high)) {
        loot.events.push(decodeRecord({ ...record, topic: name }));
        loot.pieces.push({ place: `${name} key`, bytes: Buffer.from(record.key) });
        for (const value of [record.value, ...Object.values(record.headers)])
          if (value !== undefined && value !== null) loot.pieces.push({ place: name, bytes: bytesOf(value) });
      }
    }
  }
  return loot;
}

async function stealMetrics({ config: { ports } }: Store): Promise<Piece[]> {
  return Promise.all(
    SERVING.map(async (name) => {
      const { body } = await request(`http://127.0.0.1:${String(metricsPort(ports[name]))}/metrics`);
      return { place: `metrics of ${name}`, bytes: Buffer.from(await body.text()) };
    }),
  );
}

function filesBelow(root: string): Piece[] {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const place = relative(root, path);
    const isTaken =
      entry.isFile() && ![...READ_OTHERWISE, ...VAULTS_OWN].some((own) => place.startsWith(own));
    return isTaken && statSync(path).size < LARGEST_FILE ? [{ place, bytes: readFileSync(path) }] : [];
  });
}

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Date) return Buffer.from(value.toISOString());
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
}
