import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inProject } from './project.js';
import { StackError } from './stack-error.js';

/** First instant of the controlled clock of a new synthetic store. */
export const FIRST_INSTANT = '2026-11-01T09:00:00.000Z';

/** What a store says about itself (`stack.json`). */
export interface StoreStamp {
  storeId: string;
  /** A synthetic store holds invented people only, and may run on the controlled clock. */
  synthetic: boolean;
  createdAt: string;
  portBase?: number;
  /** Digest of the topic manifest that was last applied to the broker. */
  manifest?: string;
  /** Set once the sample lists have been imported. */
  sampleLists?: 'imported';
}

/** Paths of one store, all under its home folder. */
export class StackHome {
  readonly root: string;

  /** @param root home folder; made absolute */
  constructor(root: string) {
    this.root = resolve(root);
  }

  /** Home folder that the environment names (`PROBITY_HOME`), else `.probity` in the project folder. */
  static fromEnv(env: NodeJS.ProcessEnv): StackHome {
    const named = env['PROBITY_HOME'];
    return new StackHome(named === undefined || named === '' ? inProject('.probity') : named);
  }

  path(...segments: string[]): string {
    return join(this.root, ...segments);
  }

  get caFile(): string {
    return this.path('tls', 'ca.pem');
  }

  logFile(process: string): string {
    return this.path('logs', `${process}.log`);
  }

  /** Makes the folders, stamps a new store, sets its clock. Secrets and keys are readable by the owner alone. */
  prepare(now: Date): StoreStamp {
    for (const folder of ['', 'tls/services', 'tls/people', 'run', 'logs', 'data', 'spool']) {
      mkdirSync(this.path(folder), { recursive: true });
    }
    for (const folder of [
      'secrets',
      'keys',
      'keys/writers',
      'keys/kek',
      'keys/checks',
      'tls/services',
      'tls/people',
      'spool',
    ]) {
      mkdirSync(this.path(folder), { recursive: true });
      chmodSync(this.path(folder), 0o700);
    }
    if (!existsSync(this.path('stack.json'))) {
      this.stamp({ storeId: randomUUID(), synthetic: true, createdAt: now.toISOString() });
    }
    if (!existsSync(this.path('clock.json'))) {
      writeWhole(this.path('clock.json'), `${JSON.stringify({ now: FIRST_INSTANT })}\n`);
    }
    return this.readStamp();
  }

  /** @throws StackError when there is no readable store in the folder */
  readStamp(): StoreStamp {
    try {
      return JSON.parse(readFileSync(this.path('stack.json'), 'utf8')) as StoreStamp;
    } catch {
      throw new StackError(`${this.root} holds no readable stack.json: run npm run reset, then npm start.`);
    }
  }

  stamp(stamp: StoreStamp): void {
    writeWhole(this.path('stack.json'), `${JSON.stringify(stamp, null, 2)}\n`);
  }

  /** Changes some fields of the stamp. */
  restamp(change: Partial<StoreStamp>): void {
    this.stamp({ ...this.readStamp(), ...change });
  }
}

/** Writes a file whole or not at all, so that a reader never sees half of it. */
export function writeWhole(file: string, content: string, mode = 0o644): void {
  const draft = `${file}.${String(process.pid)}.new`;
  writeFileSync(draft, content, { mode });
  renameSync(draft, file);
}

/** Writes a file that its owner alone may read. */
export function writeSecret(file: string, content: string | Uint8Array): void {
  writeFileSync(file, content, { mode: 0o600 });
  chmodSync(file, 0o600);
}
