import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { clockModeOf, loadStackConfig } from './stack-config.js';
import type { StackConfig } from './stack-config.js';

describe('the configuration of a stack', () => {
  let home: string;
  const load = (env: Record<string, string> = {}): StackConfig =>
    loadStackConfig({ PROBITY_HOME: home, ...env });
  const write = (path: string, text: string): void => {
    writeFileSync(join(home, path), text);
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'probity-config-'));
    for (const folder of ['tls/people', 'tls/services', 'secrets'])
      mkdirSync(join(home, folder), { recursive: true });
    write('stack.json', '{"storeId":"s-1","synthetic":true,"createdAt":"2026-11-01T09:00:00.000Z"}');
    write('tls/ca.pem', 'CA');
    write('secrets/postgres.json', '{"probity_ingest":"pg-secret"}');
    write('secrets/kafka.json', '{"ingest-E09000012":"kafka-secret"}');
  });

  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  it('counts ports up from 4100 unless told another base', () => {
    expect(load().ports).toMatchObject({
      governance: 4102,
      postgres: 4132,
      kafka: 4192,
      'kafka-admin': 4193,
    });
    expect(load({ PROBITY_PORT_BASE: '5000' }).ports).toMatchObject({
      vault: 5004,
      'kafka-controller': 5094,
    });
  });

  it('names each service its own role, password, authority and database', () => {
    expect(load({ PROBITY_DB_SUFFIX: '_t1' }).pg('probity_ingest', 'probity_events')).toEqual({
      host: '127.0.0.1',
      port: 4132,
      user: 'probity_ingest',
      password: 'pg-secret',
      database: 'probity_events_t1',
      ssl: { ca: 'CA' },
    });
    expect(load().kafka('ingest-E09000012')).toEqual({
      brokers: ['127.0.0.1:4192'],
      ssl: { ca: ['CA'] },
      sasl: { mechanism: 'scram-sha-512', username: 'ingest-E09000012', password: 'kafka-secret' },
    });
  });

  it('points at existing servers and their authorities when the environment names them', () => {
    write('other.pem', 'OTHER');
    const servers = {
      DATABASE_URL: 'postgres://admin:unused@db.example:6000/postgres',
      KAFKA_BROKERS: 'one:1, two:2',
      KAFKA_CA: join(home, 'other.pem'),
    };
    const config = load(servers);
    expect(config.pg('probity_ingest', 'probity_events')).toMatchObject({
      host: 'db.example',
      port: 6000,
      user: 'probity_ingest',
      ssl: {},
    });
    expect(config.kafka('ingest-E09000012')).toMatchObject({
      brokers: ['one:1', 'two:2'],
      ssl: { ca: ['OTHER'] },
    });
    const trusted = load({ ...servers, DATABASE_CA: join(home, 'other.pem') });
    expect(trusted.pg('probity_ingest', 'probity_events').ssl).toEqual({ ca: 'OTHER' });
  });

  it('says what is wrong and what to do, and never a secret', () => {
    const attempts: [() => unknown, RegExp][] = [
      [
        () => loadStackConfig({ PROBITY_HOME: join(home, 'none') }),
        /stack\.json cannot be read: .*npm start/,
      ],
      [() => load({ PROBITY_PORT_BASE: '80' }), /PROBITY_PORT_BASE is not a port: set a whole number/],
      [() => load({ PROBITY_PORT_BASE: '4100.5' }), /PROBITY_PORT_BASE/],
      [() => load({ DATABASE_URL: 'mysql://a' }), /DATABASE_URL cannot be read/],
      [() => load({ KAFKA_BROKERS: 'no-port' }), /KAFKA_BROKERS cannot be read/],
      [() => load({ PROBITY_TOPIC_PREFIX: 'a b' }), /PROBITY_TOPIC_PREFIX/],
      [() => load({ PROBITY_DB_SUFFIX: '"; DROP' }), /PROBITY_DB_SUFFIX/],
      [() => load({ PROBITY_CLOCK: 'fast' }), /PROBITY_CLOCK/],
      [() => load().pg('probity_vault', 'probity_vault'), /no password for probity_vault/],
      [() => load().personTls('../services/vault'), /certificate name/],
      [() => load().serviceTls('vault'), /vault\.crt\.pem cannot be read/],
    ];
    for (const [attempt, sentence] of attempts) {
      expect(attempt).toThrow(ConfigError);
      expect(attempt).toThrow(sentence);
    }
  });

  it('does not quote a secrets file that cannot be parsed', () => {
    write('secrets/postgres.json', '{"probity_ingest": canary');
    expect(() => load().pg('probity_ingest', 'probity_events')).toThrow(/^(?!.*canary).*not a JSON object/);
  });

  it('runs a synthetic store on the controlled clock unless told otherwise, and a real store never', () => {
    expect(clockModeOf(true, null)).toBe('controlled');
    expect(clockModeOf(true, 'real')).toBe('real');
    expect(clockModeOf(false, null)).toBe('real');
    expect(() => clockModeOf(false, 'controlled')).toThrow(ConfigError);
    expect(load({ PROBITY_CLOCK: 'real' }).clockMode).toBe('real');
  });
});
