import { describe, expect, it } from '@jest/globals';
import { CommandError, EXIT } from '../exit-code.js';
import { untilSignal } from './signals.js';

const ended = (): CommandError => new CommandError(EXIT.refused, 'Interrupted.');
const listeners = (): number => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

describe('work that a person may interrupt', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with a sentence', async (signal) => {
    const never = new Promise<void>(() => undefined);
    const waiting = untilSignal(never, ended);
    process.emit(signal);
    await expect(waiting).rejects.toThrow('Interrupted.');
  });

  it('gives its result otherwise, and leaves the signals as they were', async () => {
    const before = listeners();
    expect(await untilSignal(Promise.resolve(7), ended)).toBe(7);
    expect(listeners()).toBe(before);
  });
});
