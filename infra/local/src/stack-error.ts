/**
 * A fault of the local stack that a person can act on.
 *
 * The message is one sentence that says what is wrong and what to do; it is printed without a stack trace and never
 * holds personal data or a secret.
 */
export class StackError extends Error {
  override readonly name = 'StackError';
}

/** Text of anything thrown, for use inside a sentence: its first line only. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}
