import { metrics } from '@probity/platform';
import { Histogram } from 'prom-client';

const NAME = 'probity_look_logging_seconds';

/** What became of an entry: the log has it, or the answer was held back. */
export type LoggingOutcome = 'logged' | 'blocked';

/** Measures what log-or-block adds to a look: from the finished answer to its acknowledged entry. */
export class LookTelemetry {
  // The vaults and services of one process share its registry.
  readonly #seconds = histogram();

  waited(seconds: number, outcome: LoggingOutcome): void {
    this.#seconds.observe({ outcome }, seconds);
  }
}

function histogram(): Histogram<'outcome'> {
  const known = metrics().getSingleMetric(NAME);
  if (known instanceof Histogram) return known;
  return new Histogram({
    name: NAME,
    help: 'Time that an answer waits for its entry in the log of looks.',
    labelNames: ['outcome'] as const,
    buckets: [0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1, 5],
    registers: [metrics()],
  });
}
