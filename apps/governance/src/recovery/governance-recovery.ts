import { Inject, Injectable } from '@nestjs/common';
import { untoldGenerations } from '@probity/event-store';
import type { Caller, RecoveryNotes } from '@probity/platform';
import { DataSource } from 'typeorm';
import { WindowLog } from '../windows/window-log.js';
import { generationStarted } from './generation-event.js';
import { WindowRebuild } from './window-rebuild.js';

/** Who tells of a break that nobody decided on. */
const SELF: Caller = {
  ...{ name: 'governance', role: 'service', borough: null },
  ...{ organisation: 'central', session: null },
};

const LOST_REQUESTS =
  'Requests for windows that nobody had opened are in no event: whoever made one since the backup asks again.';

/** Makes whole what governance keeps beside the log, and has the log tell of topics that began anew. */
@Injectable()
export class GovernanceRecovery {
  constructor(
    @Inject(DataSource) private readonly source: DataSource,
    @Inject(WindowLog) private readonly log: WindowLog,
    @Inject(WindowRebuild) private readonly windows: WindowRebuild,
  ) {}

  /** Safe to repeat: what was told is told once. */
  async finish(): Promise<RecoveryNotes> {
    const rebuilt = await this.windows.rebuild();
    const told = await this.#tellGenerations();
    return {
      remarks: [
        ...(rebuilt > 0 ? [`Migration windows made again: ${String(rebuilt)}.`, LOST_REQUESTS] : []),
        ...told,
      ],
      unopenable: [],
    };
  }

  async #tellGenerations(): Promise<string[]> {
    const query = async (sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> => ({
      rows: await this.source.query(sql, values),
    });
    const untold = await untoldGenerations({ query });
    for (const generation of untold) {
      const event = generationStarted(generation, this.log.requestOf(SELF));
      await this.source.transaction((manager) => this.log.append(manager, event));
    }
    return untold.map(
      ({ topic, partition, generation }) =>
        `Told on oversight: ${topic}/${String(partition)} began generation ${String(generation)}.`,
    );
  }
}
