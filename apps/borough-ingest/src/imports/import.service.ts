import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Caller } from '@probity/platform';
import { DomainClock, ProblemError, requireBorough } from '@probity/platform';
import { GovernanceClient } from '../clients/governance.client.js';
import type { IngestConfig } from '../ingest.config.js';
import { INGEST_CONFIG, OUTCOMES_KEPT_HOURS } from '../ingest.config.js';
import type { ImportJob, ImportProgress, ImportState } from './import-job.js';
import { noProgress } from './import-job.js';
import { ImportJobRepository } from './import-job.repository.js';
import { ImportKeys } from './import-keys.js';
import { INTERRUPTED, OTHER_FILE, alreadyRead, asHttp, foreignWindow, problemOf } from './import-problems.js';
import { ImportReports } from './import-reports.js';
import { ImportRunner } from './import-runner.js';
import type { NewImportDto } from './import.dto.js';
import type { ImportKey } from './sealed-lines.js';
import type { SpooledPart } from './sealed-spool.js';
import { SealedSpool, UploadTooLarge } from './sealed-spool.js';

/** A job as its uploader sees it. */
export interface ImportView extends ImportProgress {
  readonly id: string;
  readonly borough: string;
  readonly fileName: string;
  readonly state: ImportState;
  readonly adapter: ImportJob['adapter'];
  readonly window: { readonly id: string } | null;
  readonly asAt: string;
  readonly problem: ImportJob['problem'];
}

/** Imports that run side by side; the rows of one borough are never decided by two at once. */
const CONCURRENT_IMPORTS = 2;

/** Takes uploads in, runs them, and gives their outcomes to their uploader. */
@Injectable()
export class ImportService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('import');
  readonly #keys = new Map<string, ImportKey>();
  readonly #waiting: ImportJob[] = [];
  readonly #running = new Map<string, Promise<void>>();
  #isStopping = false;

  constructor(
    @Inject(INGEST_CONFIG) private readonly config: IngestConfig,
    private readonly clock: DomainClock,
    private readonly jobs: ImportJobRepository,
    private readonly importKeys: ImportKeys,
    private readonly spool: SealedSpool,
    private readonly governance: GovernanceClient,
    private readonly runner: ImportRunner,
    private readonly reports: ImportReports,
  ) {}

  /** Say so of imports that a process left behind. */
  async onApplicationBootstrap(): Promise<void> {
    for (const id of await this.jobs.failInterrupted(this.config.boroughs, INTERRUPTED))
      await this.spool.remove(id);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#isStopping = true;
    this.runner.stop();
    await Promise.allSettled(this.#running.values());
  }

  /** Take note of a file that is about to come. @throws ProblemError ACC-002, GOV-007, GOV-008 */
  async announce(announced: NewImportDto, caller: Caller): Promise<{ id: string; state: ImportState }> {
    requireBorough(caller, announced.borough);
    if (!this.config.boroughs.includes(announced.borough)) throw notHosted();
    const window = announced.dryRun ? null : await this.#windowFor(announced);
    const id = randomUUID();
    const key = await this.importKeys.issue(id, announced.borough);
    const now = this.clock.now();
    await this.jobs.create({
      id,
      borough: announced.borough,
      fileName: safeName(announced),
      fileHash: announced.fileHash,
      groupsHash: announced.groupsHash,
      windowId: window?.id ?? null,
      asAt: window?.asAt ?? now,
      uploader: caller.name,
      isDryRun: announced.dryRun,
      state: 'awaiting-upload',
      adapter: announced.adapter === undefined ? null : { name: announced.adapter, how: 'told' },
      progress: noProgress(),
      problem: null,
      keyRecord: key.recordId,
      keyVersion: key.dekVersion,
      keepUntil: hoursLater(now, OUTCOMES_KEPT_HOURS),
    });
    if (announced.adapter !== undefined)
      await this.jobs.change(id, { adapter: { name: announced.adapter, how: 'told' } });
    this.#keys.set(id, key);
    return { id, state: 'awaiting-upload' };
  }

  /** Take the groups file in. @throws ProblemError IMP-002 when it is not the announced one */
  async receiveGroups(id: string, body: Readable, caller: Caller): Promise<void> {
    const job = await this.#own(id, caller);
    if (job.state !== 'awaiting-upload') throw wrongState();
    const { hash } = await this.#receive(job, 'groups', body, this.config.maxGroupsBytes);
    if (hash !== job.groupsHash) throw asHttp(422, OTHER_FILE);
  }

  /** Take the list in and begin to decide it. @throws ProblemError IMP-002 when it is not the announced one */
  async receiveFile(id: string, body: Readable, caller: Caller): Promise<{ id: string; state: ImportState }> {
    const job = await this.#own(id, caller);
    if (!(await this.jobs.advance(id, 'awaiting-upload', 'receiving'))) throw wrongState();
    let progress = job.progress;
    try {
      const { hash, bytes } = await this.#receive(job, 'file', body, this.config.maxFileBytes);
      if (hash !== job.fileHash) throw asHttp(422, OTHER_FILE);
      progress = noProgress(bytes);
      await this.jobs.change(id, { progress });
    } catch (error) {
      await this.#fail(job, error);
      throw error;
    }
    await this.jobs.advance(id, 'receiving', 'running');
    this.#waiting.push({ ...job, progress });
    this.#startWaiting();
    return { id, state: 'running' };
  }

  /** How far a job has come. @throws ProblemError 404 for a job that the caller has not got */
  async view(id: string, caller: Caller): Promise<ImportView> {
    const job = await this.#own(id, caller);
    const { borough, fileName, state, adapter, windowId, asAt, problem, progress } = job;
    return {
      id,
      borough,
      fileName,
      state,
      adapter,
      window: windowId === null ? null : { id: windowId },
      asAt,
      problem,
      ...progress,
    };
  }

  /** The report as CSV. @throws ProblemError 404 while the import has not ended, or once it is no longer kept */
  async report(id: string, caller: Caller): Promise<Readable> {
    return Readable.from(this.reports.report(await this.#ended(id, caller)));
  }

  /** The rows to correct. @throws ProblemError 404 when there is none */
  async problemRows(id: string, caller: Caller): Promise<Readable> {
    const job = await this.#ended(id, caller);
    if (job.progress.rows.PROBLEM === 0) throw notFound();
    return Readable.from(this.reports.problemRows(job));
  }

  async #windowFor(announced: NewImportDto): Promise<{ id: string; asAt: string } | null> {
    const windows = await this.governance.windowsOf(announced.borough, announced.fileHash);
    if (windows.some((window) => window.state === 'closed')) {
      throw alreadyRead((await this.jobs.findCompleted(announced.borough, announced.fileHash))?.id ?? null);
    }
    if (announced.windowId === undefined || announced.windowId === null) return null;
    const window = windows.find((each) => each.id === announced.windowId);
    if (window?.state !== 'open' || window.groupsHash !== announced.groupsHash) throw foreignWindow();
    return window;
  }

  async #receive(
    job: ImportJob,
    part: SpooledPart,
    body: Readable,
    limit: number,
  ): Promise<{ hash: string; bytes: number }> {
    const key = await this.#keyOf(job);
    try {
      return await this.spool.write(key, part, body, limit);
    } catch (error) {
      if (!(error instanceof UploadTooLarge)) throw error;
      throw new ProblemError({
        status: 413,
        code: 'HTTP-413',
        title: 'Too large',
        detail: error.message,
        remedy: 'Split the list.',
      });
    }
  }

  async #keyOf(job: ImportJob): Promise<ImportKey> {
    const key = this.#keys.get(job.id) ?? (await this.importKeys.lease(job));
    if (!key) throw notFound();
    return key;
  }

  #startWaiting(): void {
    while (!this.#isStopping && this.#running.size < CONCURRENT_IMPORTS) {
      const at = this.#waiting.findIndex((job) => !this.#running.has(job.borough));
      if (at < 0) return;
      const [job] = this.#waiting.splice(at, 1) as [ImportJob];
      const run = this.#run(job).finally(() => {
        this.#running.delete(job.borough);
        this.#startWaiting();
      });
      this.#running.set(job.borough, run);
    }
  }

  async #run(job: ImportJob): Promise<void> {
    try {
      await this.runner.run(job, await this.#keyOf(job));
    } catch (error) {
      await this.#fail(job, this.#isStopping ? null : error);
    } finally {
      this.#keys.delete(job.id);
      await this.spool.remove(job.id);
    }
  }

  async #fail(job: ImportJob, error: unknown): Promise<void> {
    const problem = error === null ? INTERRUPTED : problemOf(error);
    if (problem.code === 'IMP-003') this.#logger.error('an import met a fault', (error as Error).stack);
    await this.jobs.change(job.id, { state: 'failed', problem });
    await this.spool.remove(job.id);
  }

  async #own(id: string, caller: Caller): Promise<ImportJob> {
    const job = await this.jobs.find(id);
    // A foreign job answers like one that never was.
    if (job?.borough !== caller.borough) throw notFound();
    return job;
  }

  async #ended(id: string, caller: Caller): Promise<ImportJob> {
    const job = await this.#own(id, caller);
    if (job.state !== 'completed' && job.state !== 'failed') throw notFound();
    return job;
  }
}

/** People are careless with names of files; only the name that a list is known by is kept in clear. */
function safeName({ fileName, borough }: NewImportDto): string {
  return fileName === `${borough}.csv` ? fileName : 'list.csv';
}

function hoursLater(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * 3_600_000).toISOString();
}

function notFound(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'IMP-404',
    title: 'No such import',
    detail: 'There is no such import, it has not ended, or what it left is no longer kept.',
    remedy: `Outcomes are kept for ${String(OUTCOMES_KEPT_HOURS)} hours after the import.`,
  });
}

function wrongState(): ProblemError {
  return new ProblemError({
    status: 409,
    code: 'STM-001',
    title: 'The upload is under way or over',
    detail: 'This import has taken its file already.',
    remedy: 'Announce the file anew to send it again.',
  });
}

function notHosted(): ProblemError {
  return new ProblemError({
    status: 404,
    code: 'SCH-004',
    title: 'Not a borough of this service',
    detail: 'This service does not host the borough.',
    remedy: 'Send the list to the service that hosts it.',
  });
}
