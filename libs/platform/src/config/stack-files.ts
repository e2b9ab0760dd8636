import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config-error.js';
import type { ProcessName } from './process-name.js';

const CREATE = 'create the stack with `npm start`, or point PROBITY_HOME at one';

/** Where each file of a stack lies below its home directory; all paths are absolute. */
export interface StackPaths {
  home: string;
  stack: string;
  clock: string;
  ca: string;
  serviceTls: string;
  peopleTls: string;
  postgresSecrets: string;
  kafkaSecrets: string;
  /** Private keys of the event writers, `<writer>.key.pem`. */
  writerKeys: string;
  /** Public keys of the event writers by key id. */
  writers: string;
  /** Keys under which a process digests what it checks again and again, `<process>.key`: 64 hexadecimal digits. */
  checkKeys: string;
  /** Logins of people on this machine, `<name>.json`: tokens and the key they are bound to; their owner alone may read them. */
  login: string;
  /** The key-encryption key; only the vault may read it. */
  kek: string;
  run: string;
  logs: string;
  spool: string;
}

/** How a stack was stamped when it was created. */
export interface StackStamp {
  storeId: string;
  synthetic: boolean;
}

/** Paths below a home directory. */
export function pathsUnder(home: string): StackPaths {
  return {
    home,
    stack: join(home, 'stack.json'),
    clock: join(home, 'clock.json'),
    ca: join(home, 'tls', 'ca.pem'),
    serviceTls: join(home, 'tls', 'services'),
    peopleTls: join(home, 'tls', 'people'),
    postgresSecrets: join(home, 'secrets', 'postgres.json'),
    kafkaSecrets: join(home, 'secrets', 'kafka.json'),
    writerKeys: join(home, 'keys', 'writers'),
    writers: join(home, 'keys', 'writers.json'),
    checkKeys: join(home, 'keys', 'checks'),
    login: join(home, 'login'),
    kek: join(home, 'keys', 'kek'),
    run: join(home, 'run'),
    logs: join(home, 'logs'),
    spool: join(home, 'spool'),
  };
}

/**
 * Text of a file of the stack.
 *
 * @throws ConfigError when it cannot be read; the sentence names the file, not its content
 */
export function readStackFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ConfigError(`The file ${path} cannot be read`, CREATE);
  }
}

/**
 * The stamp of `stack.json`.
 *
 * @throws ConfigError when it is missing or not in its format
 */
export function readStamp(paths: StackPaths): StackStamp {
  const stamp = readJsonObject(paths.stack);
  if (typeof stamp['storeId'] !== 'string' || typeof stamp['synthetic'] !== 'boolean')
    throw new ConfigError(`The file ${paths.stack} has no storeId or no synthetic stamp`, CREATE);
  return { storeId: stamp['storeId'], synthetic: stamp['synthetic'] };
}

/**
 * One password of a secrets file.
 *
 * @param path secrets file, a JSON object of name to password
 * @param name role or principal
 * @throws ConfigError when the file cannot be read or does not name it
 */
export function readSecret(path: string, name: string): string {
  const secret = readJsonObject(path)[name];
  if (typeof secret !== 'string' || secret === '')
    throw new ConfigError(`The file ${path} has no password for ${name}`, CREATE);
  return secret;
}

/**
 * Key under which a process digests what it checks again and again, 32 bytes.
 *
 * @param process the process whose key it is
 * @throws ConfigError when the file cannot be read or holds something else
 */
export function readCheckKey({ paths }: { paths: StackPaths }, process: ProcessName): Buffer {
  const path = join(paths.checkKeys, `${process}.key`);
  const text = readStackFile(path).trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new ConfigError(`The file ${path} does not hold 64 hexadecimal digits`, CREATE);
  return Buffer.from(text, 'hex');
}

/**
 * A JSON object from a file of the stack.
 *
 * @throws ConfigError when it cannot be read or is no object; the content is never quoted
 */
export function readJsonObject(path: string): Record<string, unknown> {
  const text = readStackFile(path);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // The parser's own message quotes the text, which may be a secret.
  }
  throw new ConfigError(`The file ${path} is not a JSON object`, CREATE);
}
