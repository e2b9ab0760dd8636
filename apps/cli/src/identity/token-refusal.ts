import { CommandError, EXIT } from '../exit-code.js';

/** The identity provider refused. Exit code 1. */
export class TokenRefusal extends CommandError {
  override readonly name = 'TokenRefusal';

  /**
   * @param oauth its code in OAuth 2.0, e.g. `invalid_grant` (RFC 6749, 5.2)
   * @param reason what the provider says about it
   */
  constructor(
    readonly oauth: string,
    reason: string,
  ) {
    super(EXIT.refused, `The identity provider refused: ${reason.replace(/\.$/, '')}.`);
  }
}

/** The refusal in an answer; `null` when it holds none. */
export function refusedByProvider(answer: Readonly<Record<string, unknown>>): TokenRefusal | null {
  const { error, error_description: reason } = answer;
  return typeof error === 'string'
    ? new TokenRefusal(error, typeof reason === 'string' ? reason : error)
    : null;
}
