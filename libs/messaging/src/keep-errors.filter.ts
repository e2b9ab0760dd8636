import { Catch } from '@nestjs/common';
import type { ExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * Lets a batch handler's error reach the transport unchanged. Without it the framework answers `{status: 'error'}` and the transport
 * cannot tell a record that will never work from a database that is away. Use it as `@UseFilters(KeepErrors)` on the handler's class.
 */
@Catch()
export class KeepErrors implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
