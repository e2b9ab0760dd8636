import type { JsonSchema } from './json-schema.js';

// What schemas of events are put together from.

export const text: JsonSchema = { type: 'string', minLength: 1, maxLength: 300 };
export const optionalText: JsonSchema = { type: ['string', 'null'], maxLength: 300 };
export const borough: JsonSchema = { type: 'string', pattern: '^E090000(0[2-9]|[12]\\d|3[0-3])$' };
export const date: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
export const optionalDate: JsonSchema = { type: ['string', 'null'], pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
export const instant: JsonSchema = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$',
};
export const optionalInstant: JsonSchema = { ...instant, type: ['string', 'null'] };
export const uuid: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
export const sha256: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
export const codes: JsonSchema = { type: 'array', items: { type: 'string', pattern: '^[A-Z]{2,4}-\\d{3}$' } };
export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const points: JsonSchema = { type: 'number', minimum: 0 };

/** A closed object: every member is required, any other is refused. */
export function closed(properties: { readonly [name: string]: JsonSchema }): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

export function anyOf(values: readonly unknown[]): JsonSchema {
  return { enum: values };
}

export const ageClass = anyOf(['UNDER_10', 'AGE_10_TO_12', 'AGE_13_TO_17', 'ADULT']);
/** Why, in words that say nothing about the person. */
export const reasonFamily = anyOf(['criteria', 'time', 'rights', 'error', 'administration']);
