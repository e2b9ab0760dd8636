import {
  Injectable,
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { finalize, type Observable } from 'rxjs';

const WAITING = 'vault:waits-for-requests';

/** Marks a controller whose requests wait for others, and so are not waited for: they would wait for one another. */
export function WaitsForRequests(): ClassDecorator {
  return SetMetadata(WAITING, true);
}

/**
 * Knows which requests are being served, so that a destruction can wait for those that may have read a key before its fence
 * stood.
 */
@Injectable()
export class RequestsInFlight implements NestInterceptor {
  readonly #ends = new Set<Promise<void>>();

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (Reflect.getMetadata(WAITING, context.getClass()) === true) return next.handle();
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#ends.add(ended);
    return next.handle().pipe(
      finalize(() => {
        this.#ends.delete(ended);
        end();
      }),
    );
  }

  /** Waits until every request that is being served now has been answered. Returns false when one takes longer. */
  async haveEnded(withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, withinMs, false)));
    const done = Promise.all([...this.#ends]).then(() => true);
    try {
      return await Promise.race([done, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
