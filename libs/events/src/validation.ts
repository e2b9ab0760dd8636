import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from './canonical-json.js';
import type { EventDefinition } from './catalogue.js';
import { CATALOGUE, currentTypeOf } from './catalogue.js';
import type { JsonSchema } from './json-schema.js';
import type { SealedGroup, Skeleton } from './event.js';
import { EventFormatError, SEALED_GROUPS } from './event.js';

/** Members of one group in clear. */
export type Payload = { readonly [member: string]: JsonValue | undefined };

/**
 * An event in clear: what a decider gave before it is sealed, with the parts that it never sees attached, or what a reader
 * has opened, without the groups that it has not.
 */
export interface PlainEvent {
  readonly type: string;
  readonly skeleton: Skeleton;
  readonly sealed: { readonly [group in SealedGroup]?: Payload };
}

interface Validators {
  readonly skeleton: ValidateFunction;
  readonly sealed: ReadonlyMap<SealedGroup, ValidateFunction>;
}

// `strict` would object to `type: [..., 'null']` with keywords of one type, which is valid 2020-12.
const OPTIONS = { allErrors: false, strict: false } as const;

/** Validators of each type. `readOnly` is an annotation to a reader; to a writer it is a value that it must not put there. */
const reading = { ajv: new Ajv2020(OPTIONS), compiled: new Map<string, Validators>() };
const writing = { ajv: new Ajv2020(OPTIONS), compiled: new Map<string, Validators>() };
writing.ajv.removeKeyword('readOnly');
writing.ajv.addKeyword({
  keyword: 'readOnly',
  schemaType: 'boolean',
  validate: (isReadOnly: boolean) => !isReadOnly,
});

/** The definition of a type. @throws EventFormatError for a type that the catalogue does not hold. */
export function definitionOf(type: string): EventDefinition {
  const definition = CATALOGUE.get(type);
  if (!definition) throw new EventFormatError('the catalogue does not hold this event type');
  return definition;
}

/**
 * Check an event against its closed schemas before it is sealed: an unknown or missing member never reaches the log, and
 * neither does an event of an earlier version.
 *
 * @throws EventFormatError naming the part and the path of the first fault, never a value.
 */
export function validatePlainEvent(event: PlainEvent): void {
  const definition = definitionOf(event.type);
  if (!definition.isCurrent) {
    throw new EventFormatError(`${event.type} is read and not written: ${currentTypeOf(event.type)} is`);
  }
  validate(event, definition, writing);
}

/**
 * Check an event that was opened whole, or upcast, against the closed schemas of its version.
 *
 * @throws EventFormatError naming the part and the path of the first fault, never a value.
 */
export function validateOpenedEvent(event: PlainEvent): void {
  validate(event, definitionOf(event.type), reading);
}

function validate(event: PlainEvent, definition: EventDefinition, mode: typeof reading): void {
  const validators = validatorsOf(definition, mode);
  check(validators.skeleton, event.skeleton, 'skeleton');
  for (const group of SEALED_GROUPS) {
    const validator = validators.sealed.get(group);
    const payload = event.sealed[group];
    if ((validator === undefined) !== (payload === undefined)) {
      throw new EventFormatError(
        `the event ${validator ? 'lacks' : 'must not have'} the sealed group ${group}`,
      );
    }
    if (validator) check(validator, payload, group);
  }
}

function validatorsOf(definition: EventDefinition, { ajv, compiled }: typeof reading): Validators {
  const compile = (schema: JsonSchema): ValidateFunction =>
    ajv.compile({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema });
  const known = compiled.get(definition.type);
  if (known) return known;
  const sealed = new Map<SealedGroup, ValidateFunction>();
  for (const group of SEALED_GROUPS) {
    const schema = definition.sealed[group];
    if (schema) sealed.set(group, compile(schema));
  }
  const validators = { skeleton: compile(definition.skeleton), sealed };
  compiled.set(definition.type, validators);
  return validators;
}

function check(validator: ValidateFunction, payload: unknown, part: string): void {
  if (validator(payload)) return;
  const fault = validator.errors?.[0];
  throw new EventFormatError(
    `${part}${fault?.instancePath ?? ''} ${fault?.keyword ?? 'schema'}: ${fault?.message ?? 'refused'}`,
  );
}
