/** The vault could not be reached before the deadline. Nothing was decided: the same call may be made again. */
export class VaultUnavailable extends Error {
  override readonly name = 'VaultUnavailable';
  /** What to do, for people. */
  readonly remedy =
    'Look at the vault: /health/ready of its port says whether its database and key provider answer.';

  /** @param reason code of the last failure, such as `ECONNREFUSED`; never content. */
  constructor(readonly reason: string) {
    super(`the vault did not answer (${reason})`);
  }
}

/** The vault answered and refused: who asks may not have it, or asked wrongly. Trying again does not help. */
export class VaultRefused extends Error {
  override readonly name = 'VaultRefused';

  constructor(
    readonly status: number,
    /** Rule code of the problem, such as `ACC-006`. */
    readonly code: string,
    title: string,
    readonly remedy: string | undefined,
  ) {
    super(`the vault refused: ${code} ${title}`);
  }
}
