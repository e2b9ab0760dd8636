/**
 * Lets one block be written while the next one is made ready, so that neither the database nor this process waits for the
 * other. Blocks are written one after the other in the order of the calls; after one that failed nothing begins.
 */
export class WriteLane {
  #running: Promise<void> = Promise.resolve();

  /** Resolves when nothing is under way. @throws what the work threw that was under way */
  free(): Promise<void> {
    return this.#running;
  }

  /** Begin work without waiting for its end; the lane must be {@link free}. */
  begin(work: () => Promise<void>): void {
    this.#running = work();
    // Whoever asks next is told; nobody may be there to ask when the reading fails first.
    this.#running.catch(() => undefined);
  }

  /** Resolves when nothing is under way any more, however it ended. */
  async ended(): Promise<void> {
    await this.#running.catch(() => undefined);
  }
}
