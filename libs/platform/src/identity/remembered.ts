/** Entries that are kept; the oldest go first. */
const MOST = 10_000;

interface Kept<T> {
  readonly value: Promise<T>;
  readonly until: number;
}

/** Answers by their question, for some time. What failed is asked for again. */
export class Remembered<T> {
  readonly #kept = new Map<string, Kept<T>>();

  /** @param milliseconds how long an answer is believed, in real time */
  constructor(private readonly milliseconds: number) {}

  /** The answer that is known, or that `ask` gives. @throws whatever `ask` fails with */
  async of(question: string, ask: () => Promise<T>): Promise<T> {
    const now = performance.now();
    const known = this.#kept.get(question);
    if (known !== undefined && known.until > now) return known.value;
    const value = ask();
    this.#keep(question, { value, until: now + this.milliseconds });
    try {
      return await value;
    } catch (error) {
      this.#kept.delete(question);
      throw error;
    }
  }

  #keep(question: string, kept: Kept<T>): void {
    this.#kept.delete(question);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= MOST && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(question, kept);
  }
}
