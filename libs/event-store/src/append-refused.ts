/** Why the store did not take a batch. */
export type AppendRefusal = 'conflict' | 'destroyed' | 'fenced' | 'forbidden' | 'idempotency' | 'malformed';

/** The store refused a batch as a whole: nothing of it was appended. */
export class AppendRefused extends Error {
  override readonly name = 'AppendRefused';

  constructor(
    readonly kind: AppendRefusal,
    message: string,
  ) {
    super(message);
  }
}

const KINDS: { readonly [sqlState: string]: AppendRefusal } = {
  PB409: 'conflict',
  // A second insert of one stream or event: somebody else was first.
  '23505': 'conflict',
  PB410: 'destroyed',
  PB423: 'fenced',
  '42501': 'forbidden',
  PB422: 'idempotency',
  PB400: 'malformed',
};

/** The refusal that a database error stands for, or the error itself when it is none. */
export function refusalOf(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  const kind = code === undefined ? undefined : KINDS[code];
  return kind ? new AppendRefused(kind, message ?? kind) : error;
}
