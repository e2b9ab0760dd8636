import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { isBoroughCode } from '@probity/domain';
import { DomainClock, ProblemError } from '@probity/platform';
import type { Caller } from '@probity/platform';
import { DataSource } from 'typeorm';
import type { EntityManager } from 'typeorm';
import { MigrationWindow } from './migration-window.entity.js';
import { windowClosed, windowOpened } from './window-events.js';
import { WindowLog } from './window-log.js';
import {
  alreadyRead,
  asAtInTheFuture,
  noSuchWindow,
  notOpen,
  sameTwoEyes,
  unknownBorough,
} from './window-refusals.js';

/** What a window is asked for. */
export interface WindowRequest {
  borough: string;
  fileHash: string;
  groupsHash: string | null;
  /** Instant, RFC 3339 in UTC. */
  asAt: string;
}

/** Asks for, opens and closes migration windows. Row and event of a change are one transaction. */
@Injectable()
export class MigrationWindowService {
  constructor(
    @Inject(DataSource) private readonly source: DataSource,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(WindowLog) private readonly log: WindowLog,
  ) {}

  /**
   * Asks for a window, or finds the one that the same file has already.
   *
   * @throws ProblemError 422 SCH-004 for a place outside the model, 422 SCH-003 for a future time, 409 GOV-007 when
   *   the file has been read to its end under any window
   */
  async request(asked: WindowRequest, caller: Caller): Promise<{ window: MigrationWindow; isNew: boolean }> {
    if (!isBoroughCode(asked.borough)) throw unknownBorough(asked.borough);
    return this.recordingRefusals('RequestMigrationWindow', asked.borough, caller, async (manager) => {
      if (asked.asAt > this.clock.now()) throw asAtInTheFuture();
      await lockFile(manager, asked);
      const { borough, fileHash, groupsHash } = asked;
      const known = await manager.findBy(MigrationWindow, { borough, fileHash });
      const closed = known.find((window) => window.state === 'closed');
      if (closed !== undefined) throw alreadyRead(closed.id);
      const same = known.find((window) => window.groupsHash === groupsHash);
      if (same !== undefined) return { window: same, isNew: false };
      const window = manager.create(MigrationWindow, {
        ...{ id: randomUUID(), borough, fileHash, groupsHash, asAt: new Date(asked.asAt) },
        ...{ requestedBy: caller.name, approvedBy: null, state: 'requested' },
        ...{ openedAt: null, closedAt: null, rows: null },
      });
      await manager.insert(MigrationWindow, window);
      return { window, isNew: true };
    });
  }

  /**
   * Opens a window as the second person. An open one stays as it is.
   *
   * @throws ProblemError 404, 422 AUT-001 for who asked for it, 409 GOV-007 when it is closed
   */
  async approve(id: string, caller: Caller): Promise<MigrationWindow> {
    const { borough } = await this.find(id);
    return this.recordingRefusals('ApproveMigrationWindow', borough, caller, async (manager) => {
      const window = await lockedWindow(manager, id);
      if (window.state === 'closed') throw alreadyRead(id);
      if (window.requestedBy === caller.name) throw sameTwoEyes();
      if (window.state === 'open') return window;
      const request = this.log.requestOf(caller);
      window.state = 'open';
      window.approvedBy = caller.name;
      window.openedAt = new Date(request.now);
      await manager.save(window);
      await this.log.append(manager, windowOpened(window, caller.name, request));
      return window;
    });
  }

  /**
   * Closes a window for ever, because its file has been read to its end. A closed one stays as it is.
   *
   * @param rows rows of the file, 0 or more
   * @throws ProblemError 404, 409 GOV-008 when nobody has opened it
   */
  async close(id: string, rows: number, caller: Caller): Promise<MigrationWindow> {
    return this.source.transaction(async (manager) => {
      const { borough, fileHash } = await this.find(id);
      await lockFile(manager, { borough, fileHash });
      const window = await lockedWindow(manager, id);
      if (window.state === 'closed') return window;
      if (window.state === 'requested') throw notOpen();
      const request = this.log.requestOf(caller);
      const openedEventId = await this.log.lastEventId(manager, id);
      window.state = 'closed';
      window.closedAt = new Date(request.now);
      window.rows = rows;
      await manager.save(window);
      await this.log.append(manager, windowClosed(window, rows, openedEventId, request));
      return window;
    });
  }

  /** @throws ProblemError 404 */
  async find(id: string): Promise<MigrationWindow> {
    const window = await this.source.manager.findOneBy(MigrationWindow, { id });
    if (window === null) throw noSuchWindow();
    return window;
  }

  /** Windows of a borough, of a file, or all of them, by borough and id; there are a few for each borough. */
  async list(filter: { borough?: string; fileHash?: string }): Promise<MigrationWindow[]> {
    const { borough, fileHash } = filter;
    return this.source.manager.find(MigrationWindow, {
      where: {
        ...(borough === undefined ? {} : { borough }),
        ...(fileHash === undefined ? {} : { fileHash }),
      },
      order: { borough: 'ASC', id: 'ASC' },
      take: 1_000,
    });
  }

  private async recordingRefusals<Result>(
    command: string,
    borough: string,
    caller: Caller,
    change: (manager: EntityManager) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.source.transaction(change);
    } catch (error) {
      if (error instanceof ProblemError) await this.log.refused(command, borough, error, caller);
      throw error;
    }
  }
}

/** One change at a time for each file, so that a window is not asked for while another of the file is closing. */
async function lockFile(manager: EntityManager, file: { borough: string; fileHash: string }): Promise<void> {
  await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `${file.borough}/${file.fileHash}`,
  ]);
}

async function lockedWindow(manager: EntityManager, id: string): Promise<MigrationWindow> {
  const window = await manager.findOne(MigrationWindow, {
    where: { id },
    lock: { mode: 'pessimistic_write' },
  });
  if (window === null) throw noSuchWindow();
  return window;
}
