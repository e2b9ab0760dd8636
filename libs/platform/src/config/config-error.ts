/**
 * A setting or a file of the stack that is missing or unusable. The message is one sentence that says what is wrong,
 * followed by what to do; it never holds a secret's value.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param problem what is wrong, without a full stop
   * @param remedy what to do about it, without a full stop
   */
  constructor(
    readonly problem: string,
    readonly remedy: string,
  ) {
    super(`${problem}: ${remedy}.`);
  }
}
