/** What a run of `probity` tells the shell. Printed by `probity --help`; scripts may rely on it. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** Refused by a rule, or failed. */
  refused: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The stack, or a part of it, is not running or not ready. */
  notReady: 3,
} as const;

/** One of the documented exit codes. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end of a command that the user must hear about: one sentence, what to do, and a code where a rule has one. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';

  /**
   * @param exitCode what the shell is told
   * @param sentence what is wrong, with its full stop; never personal data
   * @param remedy what to do about it, with its full stop
   * @param code the rule's code (`GOV-007`), where there is one
   */
  constructor(
    readonly exitCode: ExitCode,
    readonly sentence: string,
    readonly remedy: string | null = null,
    readonly code: string | null = null,
  ) {
    super([sentence, remedy, code === null ? null : `(${code})`].filter((part) => part !== null).join(' '));
  }
}

/** The command line says something that cannot be meant. Exit code 2. */
export class UsageError extends CommandError {
  override readonly name = 'UsageError';

  constructor(sentence: string, remedy: string | null = null) {
    super(EXIT.usage, sentence, remedy);
  }
}
