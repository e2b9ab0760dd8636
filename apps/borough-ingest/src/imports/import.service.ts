import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { isBoroughCode } from '@probity/domain';
import type { BodyBytes, Caller } from '@probity/platform';
import { DomainClock, requireBorough } from '@probity/platform';
import { GovernanceClient } from '../clients/governance.client.js';
import type { IngestConfig } from '../ingest.config.js';
import { INGEST_CONFIG, OUTCOMES_KEPT_HOURS } from '../ingest.config.js';
import type { ImportJob, ImportProblem, ImportProgress, ImportState } from './import-job.js';
import { noProgress } from './import-job.js';
import { ImportJobRepository } from './import-job.repository.js';
import { ImportKeys } from './import-keys.js';
import {
  ImportStopped,
  INTERRUPTED,
  NO_GROUPS,
  alreadyRead,
  asHttp,
  foreignWindow,
  notFound,
  notHosted,
  outsideModel,
  problemOf,
  wrongState,
} from './import-problems.js';
import { ImportReports } from './import-reports.js';
import { ImportRunner } from './import-runner.js';
import type { NewImportDto } from './import.dto.js';
import type { ImportKey } from './sealed-lines.js';
import { SealedSpool } from './sealed-spool.js';
import { UploadReceiver } from './upload-receiver.js';

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

/** Real milliseconds between two attempts to say that an import failed. */
const NOTE_AGAIN_MS = 500;

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
    private readonly uploads: UploadReceiver,
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

  /** Take note of a file that is about to come. @throws ProblemError SCH-004, ACC-002, GOV-007, GOV-008 */
  async announce(announced: NewImportDto, caller: Caller): Promise<{ id: string; state: ImportState }> {
    if (!isBoroughCode(announced.borough)) throw outsideModel(announced.borough);
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

  /** Take the groups file in. @throws ProblemError IMP-002, IMP-004, or the code of what cannot be read */
  async receiveGroups(id: string, body: BodyBytes, caller: Caller): Promise<void> {
    const job = await this.#own(id, caller);
    if (job.state !== 'awaiting-upload') throw wrongState();
    try {
      await this.uploads.takeGroups(job, await this.#keyOf(job), body);
    } catch (error) {
      throw httpError(error);
    }
  }

  /**
   * Take the list in and begin to decide it; a list that cannot be read to its end fails its import before a row of it is
   * decided. @throws ProblemError IMP-002, IMP-004, IMP-005, or the code of what cannot be read
   */
  async receiveFile(
    id: string,
    body: BodyBytes,
    caller: Caller,
  ): Promise<{ id: string; state: ImportState }> {
    const job = await this.#own(id, caller);
    if (!(await this.uploads.isReadyForList(job))) throw asHttp(409, NO_GROUPS);
    if (!(await this.jobs.advance(id, 'awaiting-upload', 'receiving'))) throw wrongState();
    let progress = job.progress;
    try {
      progress = noProgress(await this.uploads.takeList(job, await this.#keyOf(job), body));
      await this.jobs.change(id, { progress });
    } catch (error) {
      await this.#fail(job, error);
      throw httpError(error);
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
      throw alreadyRead(await this.#readBefore(announced));
    }
    if (announced.windowId === undefined || announced.windowId === null) return null;
    const window = windows.find((each) => each.id === announced.windowId);
    if (window?.state !== 'open' || window.groupsHash !== announced.groupsHash) throw foreignWindow();
    return window;
  }

  /**
   * The import that read a file to its end, if its report may still be kept. One that broke off after its window had been
   * closed has everything but the word that it ended, which is given now.
   */
  async #readBefore({ borough, fileHash }: NewImportDto): Promise<string | null> {
    const job = await this.jobs.findWhole(borough, fileHash);
    if (job === null) return null;
    if (job.state !== 'completed') await this.runner.end(job);
    return job.id;
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
    await this.#note(job.id, problem);
    await this.spool.remove(job.id);
  }

  /**
   * Says why a job failed, as soon as the database takes it: what failed was most likely the database, and an import must not
   * take the process with it. A process that stops says it when it starts again.
   */
  async #note(id: string, problem: ImportProblem): Promise<void> {
    for (;;) {
      try {
        await this.jobs.change(id, { state: 'failed', problem });
        return;
      } catch {
        if (this.#isStopping) return;
        await pause(NOTE_AGAIN_MS);
      }
    }
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

/** What stopped an upload, as the answer to it. */
function httpError(error: unknown): unknown {
  return error instanceof ImportStopped ? asHttp(error.status, error.problem) : error;
}

function hoursLater(instant: string, hours: number): string {
  return new Date(Date.parse(instant) + hours * 3_600_000).toISOString();
}
