/** Says what is going on, one plain line at a time. */
export type Progress = (line: string) => void;

/** Says nothing; for tests. */
export const silent: Progress = () => undefined;

/** Prints to the terminal. */
export const toTerminal: Progress = (line) => {
  process.stdout.write(`${line}\n`);
};
