import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonValue } from './canonical-json.js';
import type { EventDefinition } from './catalogue.js';
import type { JsonSchema } from './json-schema.js';
import { CATALOGUE } from './catalogue.js';
import type { SealedGroup, Skeleton } from './event.js';
import { EventFormatError, SEALED_GROUPS } from './event.js';

/** An event before it is sealed: what a decider gave, with the parts that it never sees attached. */
export interface PlainEvent {
  readonly type: string;
  readonly skeleton: Skeleton;
  readonly sealed: { readonly [group in SealedGroup]?: { readonly [member: string]: JsonValue | undefined } };
}

interface Validators {
  readonly skeleton: ValidateFunction;
  readonly sealed: ReadonlyMap<SealedGroup, ValidateFunction>;
}

// `strict` would object to `type: [..., 'null']` with keywords of one type, which is valid 2020-12.
const ajv = new Ajv2020({ allErrors: false, strict: false });
const compiled = new Map<string, Validators>();

/** The definition of a type. @throws EventFormatError for a type that the catalogue does not hold. */
export function definitionOf(type: string): EventDefinition {
  const definition = CATALOGUE.get(type);
  if (!definition) throw new EventFormatError('the catalogue does not hold this event type');
  return definition;
}

/**
 * Check an event against its closed schemas before it is sealed: an unknown or missing member never reaches the log.
 *
 * @throws EventFormatError naming the part and the path of the first fault, never a value.
 */
export function validatePlainEvent(event: PlainEvent): void {
  const definition = definitionOf(event.type);
  const validators = validatorsOf(definition);
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

function validatorsOf(definition: EventDefinition): Validators {
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

function compile(schema: JsonSchema): ValidateFunction {
  return ajv.compile({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema });
}

function check(validator: ValidateFunction, payload: unknown, part: string): void {
  if (validator(payload)) return;
  const fault = validator.errors?.[0];
  throw new EventFormatError(
    `${part}${fault?.instancePath ?? ''} ${fault?.keyword ?? 'schema'}: ${fault?.message ?? 'refused'}`,
  );
}
