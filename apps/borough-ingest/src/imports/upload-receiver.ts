import { londonDateOf } from '@probity/domain';
import type { BodyBytes } from '@probity/platform';
import { BodyBroken } from '@probity/platform';
import type { IngestConfig } from '../ingest.config.js';
import type { Dialect } from '../reading/dialect.js';
import type { FileProblem } from '../reading/file-problem.js';
import { isFileProblem } from '../reading/file-problem.js';
import { readGroups } from '../reading/groups-file.js';
import { ListCheck } from '../reading/list-check.js';
import type { ImportJob } from './import-job.js';
import { BROKEN_OFF, ImportStopped, OTHER_FILE, unreadableFile, tooLarge } from './import-problems.js';
import type { ImportKey } from './sealed-lines.js';
import type { Announced, SealedSpool, SpooledPart } from './sealed-spool.js';
import { OtherContent, UploadTooLarge } from './sealed-spool.js';

/**
 * Takes uploads in: seals them into the spool and checks on the way that they can be read to their end, so that no row of
 * a file that cannot is ever decided. Keeps only what was announced. Memory is one piece and one row.
 */
export class UploadReceiver {
  constructor(
    private readonly spool: SealedSpool,
    private readonly dialects: readonly Dialect[],
    private readonly limits: Pick<IngestConfig, 'maxFileBytes' | 'maxGroupsBytes'>,
  ) {}

  /** Take the list in; returns its size in bytes. @throws ImportStopped with what is wrong with it, and where */
  async takeList(job: ImportJob, key: ImportKey, body: BodyBytes): Promise<number> {
    const told = job.adapter?.how === 'told' ? job.adapter.name : null;
    const announced = { hash: job.fileHash, maxBytes: this.limits.maxFileBytes };
    const check = new ListCheck({ dialects: this.dialects, told });
    return this.#keep(key, 'file', checked(body, check), announced);
  }

  /** Take the groups file in. @throws ImportStopped with what is wrong with it, and where */
  async takeGroups(job: ImportJob, key: ImportKey, body: BodyBytes): Promise<void> {
    if (job.groupsHash === null) throw new ImportStopped(OTHER_FILE);
    const announced = { hash: job.groupsHash, maxBytes: this.limits.maxGroupsBytes };
    await this.#keep(key, 'groups', body, announced);
    const file = await readGroups(this.spool.read(key, 'groups'), londonDateOf(job.asAt));
    if (!isFileProblem(file)) return;
    await this.spool.remove(job.id);
    throw new ImportStopped(unreadableFile(file, 'groups file'));
  }

  /** Whether everything that was announced to come before the list is there. */
  async isReadyForList(job: ImportJob): Promise<boolean> {
    return job.groupsHash === null || this.spool.has(job.id, 'groups');
  }

  async #keep(key: ImportKey, part: SpooledPart, body: BodyBytes, announced: Announced): Promise<number> {
    try {
      return await this.spool.write(key, part, body, announced);
    } catch (error) {
      if (error instanceof OtherContent) throw new ImportStopped(OTHER_FILE);
      if (error instanceof UploadTooLarge) throw new ImportStopped(tooLarge(announced.maxBytes), 413);
      if (error instanceof BodyBroken) throw new ImportStopped(BROKEN_OFF, 400);
      throw error;
    }
  }
}

async function* checked(body: BodyBytes, check: ListCheck): AsyncGenerator<Uint8Array> {
  const stopAt = (problem: FileProblem | null): void => {
    if (problem !== null) throw new ImportStopped(unreadableFile(problem, 'list'));
  };
  for await (const chunk of body) {
    stopAt(check.take(chunk));
    yield chunk;
  }
  stopAt(check.finish());
}
