import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandError } from '../exit-code.js';
import { RefusedError } from '../http/problem.js';
import { UnreachableError, type ServiceClient } from '../http/service-client.js';
import type { Stack } from '../http/stack.js';
import type { ImportProgress } from '../output/import-progress.js';
import { readContent, type FileContent } from './file-hash.js';
import type { FileOutcome, ImportJob, JobProblem } from './import-job.js';
import { findOpenWindow, openWindow, WINDOW_CLOSED, type WindowSubject } from './migration-window.js';
import type { SourceFile } from './source-files.js';

/** The list of designated groups that goes with every file. */
export interface GroupsFile extends FileContent {
  path: string;
}

/** What holds for every file of a run. */
export interface ImportRun {
  stack: Stack;
  groups: GroupsFile | null;
  /** Domain time of the decisions, RFC 3339 in UTC; null on a store that runs on real time. */
  asAt: string | null;
  /** Decide and report, but add nothing. */
  isDryRun: boolean;
  progress: ImportProgress;
}

/** How often a running import is asked for its state, ms of real time. */
const POLL_MS = 200;

/**
 * Imports one file and waits for its end. Sending the same content again is harmless: borough-ingest goes on where it
 * stopped, and a window that was read to its end adds nothing.
 *
 * @throws UnreachableError when a service does not answer; whatever is refused is told in the outcome
 */
export async function importFile(run: ImportRun, file: SourceFile): Promise<FileOutcome> {
  const outcome: FileOutcome = {
    borough: file.borough,
    fileName: basename(file.path),
    result: 'failed',
    fileHash: null,
    job: null,
    problem: null,
  };
  try {
    const content = await readContent(file.path);
    run.progress.begin(file.borough, content.length);
    const ended = await endedImport(run, file, content);
    return { ...outcome, fileHash: content.hash, ...ended };
  } catch (error) {
    if (error instanceof UnreachableError || !(error instanceof CommandError)) throw error;
    return { ...outcome, problem: problemOf(error) };
  }
}

/** The ingest service as whoever acts, by default an officer of the borough whose list it is. */
export function ingestAs(stack: Stack, borough: string): ServiceClient {
  return stack.acting('borough-ingest', `officer-${borough}`);
}

/** A refusal as part of an outcome. */
export function problemOf(error: CommandError): JobProblem {
  if (error instanceof RefusedError) {
    const { code, title, detail, remedy, place } = error.problem;
    return { code, title, detail, remedy, ...place };
  }
  return { code: error.code, title: error.sentence, detail: error.sentence, remedy: error.remedy };
}

type Ended = Pick<FileOutcome, 'result' | 'job' | 'problem'>;

async function endedImport(run: ImportRun, file: SourceFile, content: FileContent): Promise<Ended> {
  const subject = { borough: file.borough, fileHash: content.hash, groupsHash: run.groups?.hash ?? null };
  const windowId = run.isDryRun ? null : await windowOf(run, subject);
  const ingest = ingestAs(run.stack, file.borough);
  try {
    const created = await ingest.post<Pick<ImportJob, 'id' | 'state'>>('/v1/imports', {
      ...subject,
      fileName: basename(file.path),
      ...(file.adapter === null ? {} : { adapter: file.adapter }),
      dryRun: run.isDryRun,
      windowId,
    });
    if (!run.isDryRun && windowId === null)
      return { result: 'already-read', job: await knownJob(ingest, created.id), problem: null };
    if (created.state === 'awaiting-upload') await send(run, file, content, ingest, created.id);
    const job = await jobAtEnd(run, file.borough, ingest, created.id);
    return { result: job.state === 'completed' ? 'completed' : 'failed', job, problem: job.problem };
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== WINDOW_CLOSED) throw error;
    const { importId } = error.problem;
    return {
      result: 'already-read',
      job: importId === null ? null : await knownJob(ingest, importId),
      problem: null,
    };
  }
}

/** On a synthetic store made-up people open the window; on a real one it must have been opened by two real people. */
async function windowOf(run: ImportRun, subject: WindowSubject): Promise<string | null> {
  if (!run.stack.config.synthetic) return findOpenWindow(run.stack, subject);
  return openWindow(run.stack, subject, run.asAt);
}

async function send(
  run: ImportRun,
  file: SourceFile,
  content: FileContent,
  ingest: ServiceClient,
  id: string,
): Promise<void> {
  if (run.groups !== null) {
    const { path, length } = run.groups;
    await ingest.upload(`/v1/imports/${id}/groups`, {
      contentType: 'text/csv',
      length,
      body: createReadStream(path),
    });
  }
  const body = createReadStream(file.path);
  await ingest.upload(`/v1/imports/${id}/file`, {
    contentType: 'application/octet-stream',
    length: content.length,
    body,
  });
}

async function jobAtEnd(
  run: ImportRun,
  borough: string,
  ingest: ServiceClient,
  id: string,
): Promise<ImportJob> {
  for (;;) {
    const job = await ingest.get<ImportJob>(`/v1/imports/${id}`);
    run.progress.advance(borough, job.bytes.read, job.rows.read);
    if (job.state === 'completed' || job.state === 'failed') return job;
    await pause(POLL_MS);
  }
}

/** State of an earlier import, while it is kept. */
async function knownJob(ingest: ServiceClient, id: string): Promise<ImportJob | null> {
  try {
    return await ingest.get<ImportJob>(`/v1/imports/${id}`);
  } catch (error) {
    if (error instanceof RefusedError && error.problem.status === 404) return null;
    throw error;
  }
}
