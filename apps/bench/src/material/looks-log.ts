import { topicName } from '@probity/messaging';
import type { KafkaLog } from '@probity/messaging';
import type { Lab } from '../lab/lab.js';

const PARTITIONS = [0, 1, 2, 3];

/** What stands in the log of looks since some moment. */
export interface LoggedLooks {
  readonly entries: number;
  /** People whom they name, all entries together. */
  readonly subjects: number;
}

/** The log of looks of a lab, from when it is opened on. */
export class LooksLog {
  readonly #topic: string;

  private constructor(
    private readonly log: KafkaLog,
    prefix: string,
    private readonly from: readonly bigint[],
  ) {
    this.#topic = topicName('looks', prefix);
  }

  static async open(lab: Lab): Promise<LooksLog> {
    const log = lab.log('governance');
    const topic = topicName('looks', lab.config.topicPrefix);
    const from = await Promise.all(PARTITIONS.map((partition) => log.endOffset(topic, partition)));
    return new LooksLog(log, lab.config.topicPrefix, from);
  }

  /** Everything since the opening; each call reads it all. */
  async read(): Promise<LoggedLooks> {
    let [entries, subjects] = [0, 0];
    for (const partition of PARTITIONS) {
      const to = await this.log.endOffset(this.#topic, partition);
      const from = this.from[partition] ?? 0n;
      if (to === from) continue;
      for await (const { value } of this.log.read(this.#topic, partition, from, to)) {
        const { skeleton } = JSON.parse(value.toString('utf8')) as { skeleton: { subjectCount?: number } };
        entries += 1;
        subjects += skeleton.subjectCount ?? 0;
      }
    }
    return { entries, subjects };
  }
}
