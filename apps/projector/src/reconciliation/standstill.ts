import type { Finding } from '@probity/reconciliation';

/** A checkpoint beside the end of its partition. */
export interface Standing {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  readonly highWatermark: bigint;
}

/** Longest that a read model may stand still with records before it, ms of real time. */
const PATIENCE_MS = 30_000;

/** Notices that no checkpoint of a read model moves although its topics go on. Times come in, in ms of monotonic real time. */
export class Standstill {
  #positions = '';
  #since = 0;
  #hasWaited = false;

  constructor(private readonly projection: string) {}

  /** Takes one look at the checkpoints and tells what stands still. */
  look(standings: readonly Standing[], now: number): Finding[] {
    const positions = standings.map(({ nextOffset }) => String(nextOffset)).join(' ');
    const behind = standings.filter(({ nextOffset, highWatermark }) => nextOffset < highWatermark);
    // From the first look at which something waited: how long before that it did is not known.
    const isNew = positions !== this.#positions || !this.#hasWaited;
    this.#hasWaited = behind.length > 0;
    if (isNew) [this.#positions, this.#since] = [positions, now];
    const [first] = behind;
    if (!first || now - this.#since < PATIENCE_MS) return [];
    const waiting = behind.reduce(
      (sum, { nextOffset, highWatermark }) => sum + highWatermark - nextOffset,
      0n,
    );
    const at = `${first.topic}/${String(first.partition)}@${String(first.nextOffset)}`;
    const sentence = `${this.projection} has not moved for more than ${String(PATIENCE_MS / 1_000)} s although ${String(waiting)} records wait, the first of them at ${at}`;
    return [{ code: 'REC-012', place: `${this.projection}.checkpoint`, sentence }];
  }
}
