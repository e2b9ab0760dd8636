/** Undoes what a run has set up, last first, whether it ends well, fails or is broken off. */
export class Disposer {
  readonly #steps: (() => Promise<unknown> | void)[] = [];
  #running: Promise<void> | undefined;

  /** Adds what is to be done at the end. Does it at once when the end has come already. */
  add(step: () => Promise<unknown> | void): void {
    if (this.#running) void this.#running.then(step);
    else this.#steps.push(step);
  }

  /** Does all of it once; a step that fails does not keep the others from being done. */
  dispose(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  async #run(): Promise<void> {
    for (const step of this.#steps.reverse()) {
      try {
        await step();
      } catch (error) {
        process.stderr.write(`Clearing up: ${(error as Error).message}\n`);
      }
    }
  }
}
