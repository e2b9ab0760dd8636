import type { Code } from '../codes.js';

/** One thing that is wrong with an operating model: its code, where it is, and what is wrong in words. */
export interface ModelProblem {
  readonly code: Code;
  /** Path of the field, e.g. `clocks.reviewRed.adult`. */
  readonly path: string;
  readonly message: string;
}

/** Reads one value at a path. On a problem it notes it and returns a stand-in that is never used. */
export type ReadValue<T> = (value: unknown, path: string, problems: ModelProblem[]) => T;

/** A reader for each field of an object. */
export type Shape<T> = { readonly [Field in keyof T]-?: ReadValue<T[Field]> };

/** A closed object: every field must be there, and no other. A missing field is reported with `missingCode`. */
export function object<T extends object>(shape: Shape<T>, missingCode: Code = 'SCH-003'): ReadValue<T> {
  return (value, path, problems) => {
    const given = isObject(value) ? value : {};
    if (!isObject(value)) note(problems, 'SCH-003', path, 'must be an object');
    for (const field of Object.keys(given)) {
      if (!Object.hasOwn(shape, field))
        note(problems, 'SCH-002', join(path, field), 'is not a field of the model');
    }
    const read: Partial<T> = {};
    for (const field of Object.keys(shape) as (keyof T & string)[]) {
      if (Object.hasOwn(given, field)) read[field] = shape[field](given[field], join(path, field), problems);
      else if (isObject(value)) note(problems, missingCode, join(path, field), 'is missing');
    }
    return read as T;
  };
}

/** A list of at least `minimum` values. */
export function list<T>(item: ReadValue<T>, minimum = 0): ReadValue<readonly T[]> {
  return (value, path, problems) => {
    if (!Array.isArray(value) || value.length < minimum) {
      note(problems, 'SCH-003', path, `must be a list of at least ${minimum}`);
      return [];
    }
    return value.map((entry, index) => item(entry, `${path}[${index}]`, problems));
  };
}

/** The same reader for every one of a closed list of names. */
export function each<Name extends string, T>(
  names: readonly Name[],
  item: ReadValue<T>,
  missingCode: Code = 'SCH-003',
): ReadValue<Record<Name, T>> {
  return object(Object.fromEntries(names.map((name) => [name, item])) as Shape<Record<Name, T>>, missingCode);
}

/** One of a closed list of values. */
export function oneOf<const T extends string | number>(allowed: readonly T[]): ReadValue<T> {
  return (value, path, problems) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) note(problems, 'SCH-003', path, `must be one of ${allowed.join(', ')}`);
    return found as T;
  };
}

/** A number within bounds, both included. */
export function number(minimum: number, maximum: number, code: Code = 'SCH-003'): ReadValue<number> {
  return bounded('a number', Number.isFinite, minimum, maximum, code);
}

/** A whole number within bounds, both included. */
export function whole(minimum: number, maximum: number, code: Code = 'SCH-003'): ReadValue<number> {
  return bounded('a whole number', Number.isInteger, minimum, maximum, code);
}

/** A text that is not blank. */
export const text: ReadValue<string> = (value, path, problems) => {
  if (typeof value === 'string' && value.trim() !== '') return value;
  note(problems, 'SCH-003', path, 'must be a text that is not blank');
  return '';
};

/** True or false. */
export const flag: ReadValue<boolean> = (value, path, problems) => {
  if (typeof value !== 'boolean') note(problems, 'SCH-003', path, 'must be true or false');
  return value === true;
};

/** Null, or what the other reader reads. */
export function nullable<T>(item: ReadValue<T>): ReadValue<T | null> {
  return (value, path, problems) => (value === null ? null : item(value, path, problems));
}

/** Adds a problem to the list. */
export function note(problems: ModelProblem[], code: Code, path: string, message: string): void {
  problems.push({ code, path, message });
}

function bounded(
  what: string,
  accepts: (value: unknown) => boolean,
  minimum: number,
  maximum: number,
  code: Code,
): ReadValue<number> {
  return (value, path, problems) => {
    if (typeof value === 'number' && accepts(value) && value >= minimum && value <= maximum) return value;
    note(problems, code, path, `must be ${what} from ${minimum} to ${maximum}`);
    return minimum;
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}
