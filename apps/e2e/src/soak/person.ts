import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeList } from '../lists.js';
import type { NodeProcess } from '../node-process.js';
import type { FaultStore } from './fault-store.js';
import { patiently } from './patience.js';
import { AS_AT, listOf } from './soak-lists.js';

/** How often a person runs the same command again before giving up. */
const ATTEMPTS = 20;
const BETWEEN_MS = 300;

/** Whoever imports a list: writes it, has its window opened, and runs one command again and again until it succeeds. */
export class Person {
  readonly folder: string;
  readonly reportFile: string;
  /** What each run but the last said when it failed. */
  readonly complaints: string[] = [];
  #running: NodeProcess | undefined;
  #hasEnded = false;

  constructor(
    private readonly site: FaultStore,
    readonly borough: string,
  ) {
    this.folder = site.store.outside('lists', borough);
    this.reportFile = site.store.outside('out', `${borough}.csv`);
    writeList(this.folder, listOf(borough));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Bytes of the list and of its groups. */
  files(): { list: Buffer; groups: Buffer } {
    const read = (name: string): Buffer => readFileSync(join(this.folder, name));
    return { list: read(`${this.borough}.csv`), groups: read('groups.csv') };
  }

  /** What a window is opened for, and an import announced with. */
  subject(): { borough: string; fileHash: string; groupsHash: string } {
    const { list, groups } = this.files();
    return { borough: this.borough, fileHash: sha256(list), groupsHash: sha256(groups) };
  }

  /** Two people of the central team open the window, as at the time of every list. @returns its id */
  async openWindow(): Promise<string> {
    const { store } = this.site;
    const path = '/v1/migration-windows';
    return patiently(async () => {
      const content = { ...this.subject(), asAt: AS_AT };
      const asked = await store.call({
        process: 'governance',
        as: 'central-1',
        method: 'POST',
        path,
        content,
      });
      const id = asked.body?.id ?? '';
      const approve = { method: 'POST', path: `${path}/${id}/approve`, content: {} } as const;
      const opened = await store.call({ process: 'governance', as: 'central-2', ...approve });
      if (opened.status !== 200) throw new Error(`the window was not opened: ${String(opened.status)}`);
      return id;
    });
  }

  /** Imports the list. @returns the report. @throws Error when it does not succeed in twenty runs */
  async import(): Promise<string> {
    try {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const command = ['import', this.folder, '--report', this.reportFile];
        this.#running = this.site.store.startProbity(...command);
        const { code, stderr } = await this.#running.ended;
        if (code === 0) return readFileSync(this.reportFile, 'utf8');
        this.complaints.push(stderr.trim().split('\n').at(-1) ?? '');
        await pause(BETWEEN_MS);
        await this.site.keeper.allUp();
      }
    } finally {
      this.#hasEnded = true;
    }
    throw new Error(`the import did not succeed: ${this.complaints.at(-1) ?? ''}`);
  }

  /** Kills the command that runs just now. */
  kill(): void {
    this.#running?.kill();
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
