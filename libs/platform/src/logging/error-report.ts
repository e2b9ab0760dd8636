/** What a log line may say about an error. */
export interface ErrorReport {
  type: string;
  code?: string;
  message: string;
  frames: string[];
}

const HIDDEN = '(message withheld: it may quote data)';

/**
 * Describes an error without what it may have swallowed. The database's messages and details quote values of rows, the
 * JSON parser quotes its input, and further properties can hold statements with their parameters; of those errors only
 * the type, the code and the stack frames are kept.
 *
 * @param error anything that was thrown
 */
export function reportError(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { type: typeof error, message: HIDDEN, frames: [] };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: mayQuoteData(error) ? HIDDEN : error.message,
    frames: framesOf(error.stack ?? ''),
  };
}

function mayQuoteData(error: Error): boolean {
  const isFromDatabase = 'severity' in error || 'driverError' in error || 'routine' in error;
  return isFromDatabase || error instanceof SyntaxError || error.name === 'QueryFailedError';
}

/** The frames of a stack text, without the message that stands before them. */
export function framesOf(stack: string): string[] {
  const lines = stack.split('\n');
  return lines.map((line) => line.trim()).filter((line) => line.startsWith('at '));
}
