import { Inject, Injectable } from '@nestjs/common';
import {
  whyNotDestroyed,
  whyNotFenced,
  whyNotLifted,
  type OperatingModel,
  type Refusal,
} from '@probity/domain';
import { EventFormatError, SignatureError } from '@probity/events';
import { DomainClock } from '@probity/platform';
import { VaultMetrics } from '../vault.metrics.js';
import { AgeClassReader } from './age-class.reader.js';
import { erasureProblem, refusedErasure } from './erasure-problems.js';
import { FenceRepository, type DestructionReceipt } from './fence.repository.js';
import { KeyHolders } from './key-holders.js';
import { RecordHistoryReader, type RecordHistory } from './record-history.reader.js';

/** Nest token of the operating model whose waiting times count. */
export const OPERATING_MODEL = Symbol('OPERATING_MODEL');

/** How often a history is read that moves while it is judged. */
const ATTEMPTS = 3;

/** Fences, lifts and destroys, each only when the log says so. Every act may be asked for again, and then answers the same. */
@Injectable()
export class ErasureService {
  constructor(
    @Inject(RecordHistoryReader) private readonly histories: RecordHistoryReader,
    @Inject(FenceRepository) private readonly fences: FenceRepository,
    @Inject(KeyHolders) private readonly holders: KeyHolders,
    @Inject(AgeClassReader) private readonly ages: AgeClassReader,
    @Inject(OPERATING_MODEL) private readonly model: OperatingModel,
    @Inject(DomainClock) private readonly clock: DomainClock,
    @Inject(VaultMetrics) private readonly figures: VaultMetrics,
  ) {}

  /** From now on nothing is lent or opened of the record. Refuses with ERA-001, -002, -005, -010. */
  async fence(recordId: string): Promise<void> {
    const { end } = await this.#historyOf(recordId);
    refuseBy(whyNotFenced(end));
    await this.#close(recordId);
  }

  /** The record is as it was before its fence. Refuses with ERA-002, -007, -009. */
  async lift(recordId: string): Promise<void> {
    const { end } = await this.#historyOf(recordId);
    refuseBy(whyNotLifted(end));
    if (!(await this.fences.lift(recordId, this.clock.now()))) throw erasureProblem('ERA-007');
    this.holders.lifted(recordId);
  }

  /**
   * Destroys every key of a record, and answers with the receipt.
   *
   * Refuses with ERA-001 to ERA-006, ERA-008 and ERA-010. Of a cancellation and a destruction that are asked for at once, the
   * store lets one happen.
   */
  async destroy(recordId: string, attempts = ATTEMPTS): Promise<DestructionReceipt> {
    const before = await this.fences.receiptOf(recordId);
    if (before) return before;
    const history = await this.#historyOf(recordId);
    refuseBy(whyNotFenced(history.end));
    await this.#close(recordId);
    const ageClass = await this.ages.read(recordId, history.events, await this.fences.keysOf(recordId));
    refuseBy(whyNotDestroyed(history.end, { now: this.clock.now(), ageClass, model: this.model }));
    if (!(await this.holders.areGone(recordId))) throw erasureProblem('ERA-006');
    if (!(await this.histories.beginDestruction(history, this.clock.now()))) {
      // The history has moved: what it says now decides. One that stands still is not what the store goes by.
      if (attempts <= 1) throw erasureProblem('ERA-002');
      return this.destroy(recordId, attempts - 1);
    }
    await this.fences.destroy(recordId, this.clock.now());
    const receipt = await this.fences.receiptOf(recordId);
    if (!receipt) throw new Error('a key is left after the destruction');
    this.figures.keysDestroyed(receipt.dekVersions.length);
    return receipt;
  }

  async #close(recordId: string): Promise<void> {
    if (!(await this.fences.fence(recordId, this.clock.now()))) throw erasureProblem('ERA-010');
    this.holders.fenced(recordId);
  }

  async #historyOf(recordId: string): Promise<RecordHistory> {
    try {
      return await this.histories.read(recordId);
    } catch (error) {
      if (error instanceof EventFormatError || error instanceof SignatureError)
        throw erasureProblem('ERA-002');
      throw error;
    }
  }
}

function refuseBy(refusal: Refusal | null): void {
  if (refusal) throw refusedErasure(refusal);
}
