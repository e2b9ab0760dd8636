import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from '@nestjs/common';
import { ProblemError } from './problem.js';
import type { ProblemItem } from './problem.js';

const UNKNOWN_FIELD = 'whitelistValidation';
const PLAIN_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * Validates bodies, queries and parameters against their classes. Closed: a field that the class does not declare is
 * refused, not dropped. Problems name fields and rules, never values.
 */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    validationError: { target: false, value: true },
    exceptionFactory: (errors) => validationProblem(errors),
  });
}

/**
 * The problem for what class-validator found: SCH-002 when any field is unknown, SCH-003 when values are unreadable.
 * closed schemas.
 */
function validationProblem(errors: readonly ValidationError[]): ProblemError {
  const items = errors.flatMap((error) => itemsOf(error, ''));
  const isUnknown = items.some((item) => item.code === 'SCH-002');
  return new ProblemError({
    status: 400,
    code: isUnknown ? 'SCH-002' : 'SCH-003',
    title: isUnknown ? 'Unknown field' : 'Unreadable value',
    detail: isUnknown
      ? 'The request has a field that this address does not know.'
      : 'A value of the request is missing or not in its form.',
    remedy: isUnknown ? 'Leave the named fields out.' : 'Correct the named fields.',
    errors: items,
  });
}

function itemsOf(error: ValidationError, parent: string): ProblemItem[] {
  // A name that is no plain name may be data in the wrong place, so it is not repeated.
  const name = PLAIN_NAME.test(error.property) ? error.property : '(other)';
  const field = parent === '' ? name : `${parent}.${name}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
    itemOf(rule, message, field, error),
  );
  return [...own, ...(error.children ?? []).flatMap((child) => itemsOf(child, field))];
}

function itemOf(rule: string, message: string, field: string, error: ValidationError): ProblemItem {
  if (rule === UNKNOWN_FIELD) return { field, code: 'SCH-002', message: 'is not a field of this request' };
  const value: unknown = error.value;
  const quotesValue = typeof value === 'string' && value !== '' && message.includes(value);
  return { field, code: 'SCH-003', message: quotesValue ? `does not satisfy ${rule}` : message };
}
