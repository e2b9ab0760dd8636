import type { ServiceClient } from '../http/service-client.js';
import { RefusedError } from '../http/problem.js';
import type { Stack } from '../http/stack.js';
import type { ParkedPosition } from './parked-position.js';

/** The read models, each built by a process of its own. */
export const PROJECTIONS = ['matrix', 'safeguarding'] as const;

/** Name of a read model. */
export type ProjectionName = (typeof PROJECTIONS)[number];

/** Generation of a read model on which is acted. */
export type GenerationPlace = 'live' | 'next';

/** A parked position as a projector tells it: where, why, since when; never a payload. */
export interface ParkedItem {
  position: ParkedPosition;
  recordId: string | null;
  kind: 'POISON' | 'BEHIND' | 'REJECTED';
  code: string;
  reason: string;
  eventId: string | null;
  type: string | null;
  version: number | null;
  firstSeen: string;
}

/** A parked record by the event that it waits for, or a rejected position. */
export interface ParkedHead extends ParkedItem {
  /** Further events of the record that wait. */
  behind: number;
}

/** What somebody did about something parked. */
export interface ParkedAct {
  act: 'REDRIVE' | 'DISCARD';
  position: ParkedPosition | null;
  actor: string;
  at: string;
  reason: string | null;
  outcome: 'DONE' | 'STOPPED' | 'REFUSED';
  code: string | null;
  applied: number;
  generation: number;
}

/** What is parked of a record or at a position, and what was done about it, newest first. */
export interface ParkedDetail {
  projection: ProjectionName;
  items: ParkedItem[];
  acts: ParkedAct[];
}

/** What became of the parked events of a record in one partition. */
export interface Redriven {
  outcome: 'DONE' | 'STOPPED';
  position: ParkedPosition | null;
  code: string | null;
  reason: string | null;
  applied: number;
  duplicates: number;
  left: number;
}

interface Page {
  items: ParkedHead[];
  nextCursor: string | null;
}

const PAGE = 200;

/** What one read model has parked, over the process that builds it. Methods throw as those of {@link ServiceClient}. */
export class ParkedOf {
  readonly #service: ServiceClient;
  readonly #path: string;
  readonly #generation: string;

  constructor(
    stack: Stack,
    readonly projection: ProjectionName,
    generation: GenerationPlace,
  ) {
    this.#service = stack.service(`projector-${projection}`, 'operator');
    this.#path = `/v1/projections/${projection}/parked`;
    this.#generation = `generation=${generation}`;
  }

  /** Parked records and rejected positions in the order of their positions, read page by page. */
  async *heads(): AsyncGenerator<ParkedHead> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page = await this.#service.get(`${this.#path}?${this.#generation}&limit=${PAGE}${from}`);
      yield* page.items;
      cursor = page.nextCursor;
    }
  }

  /** What is parked of a record or at a position; null when nothing is or was. */
  async show(of: string | ParkedPosition): Promise<ParkedDetail | null> {
    try {
      return await this.#service.get<ParkedDetail>(`${this.#pathOf(of)}?${this.#generation}`);
    } catch (error) {
      if (isNotParked(error)) return null;
      throw error;
    }
  }

  /**
   * Takes back everything of a record, or all up to the first event that still cannot be applied.
   *
   * @returns one outcome for each partition; null when nothing is parked of it
   */
  async redrive(recordId: string, reason: string): Promise<Redriven[] | null> {
    const path = `${this.#pathOf(recordId)}/redrive?${this.#generation}`;
    try {
      for (let before: Redriven[] = []; ;) {
        const { outcomes } = await this.#service.post<{ outcomes: Redriven[] }>(path, { reason });
        before = outcomes.map((outcome, index) => ({
          ...outcome,
          applied: outcome.applied + (before[index]?.applied ?? 0),
          duplicates: outcome.duplicates + (before[index]?.duplicates ?? 0),
        }));
        // A record with very many events is taken back in several goes.
        if (!before.some(({ outcome, left }) => outcome === 'DONE' && left > 0)) return before;
      }
    } catch (error) {
      if (isNotParked(error)) return null;
      throw error;
    }
  }

  /** Forgets a rejected position. */
  async discard(at: ParkedPosition, reason: string): Promise<ParkedItem> {
    return this.#service.post<ParkedItem>(`${this.#pathOf(at)}/discard?${this.#generation}`, { reason });
  }

  #pathOf(of: string | ParkedPosition): string {
    if (typeof of === 'string') return `${this.#path}/records/${of}`;
    return `${this.#path}/positions/${of.topic}/${of.partition}/${of.offset}`;
  }
}

function isNotParked(error: unknown): boolean {
  return error instanceof RefusedError && error.problem.code === 'PRK-001';
}
