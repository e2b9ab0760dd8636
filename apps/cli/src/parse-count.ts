import { InvalidArgumentError } from 'commander';

/** Reads a whole number from 1 to `most`. @throws InvalidArgumentError otherwise */
export function parseCount(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > most)
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`);
    return count;
  };
}
