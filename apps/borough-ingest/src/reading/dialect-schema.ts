import { ENCODINGS } from './text-encoding.js';

/** JSON Schema (2020-12) of a dialect file in `adapters/`; closed, so a misspelt key is told instead of ignored. */
export const DIALECT_SCHEMA = {
  $id: 'https://probity.invalid/schemas/dialect.json',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'delimiter', 'encoding', 'byteOrderMark', 'header', 'date', 'words'],
  properties: {
    name: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}$' },
    // One byte in either encoding, and no sign that a spreadsheet takes for the start of a formula.
    delimiter: { type: 'string', pattern: '^[,;|:^~\\t]$' },
    encoding: { enum: ENCODINGS },
    byteOrderMark: { type: 'boolean' },
    header: {
      type: 'object',
      additionalProperties: false,
      required: ['separator', 'letters', 'item'],
      properties: {
        separator: { type: 'string', maxLength: 3 },
        letters: { enum: ['lower', 'upper', 'capitalised'] },
        item: { type: 'string', minLength: 3, maxLength: 40, pattern: '\\{n\\}' },
        names: {
          type: 'object',
          additionalProperties: { type: 'string', minLength: 1, maxLength: 100 },
        },
      },
    },
    date: {
      type: 'object',
      additionalProperties: false,
      required: ['pattern'],
      properties: {
        pattern: { type: 'string', minLength: 6, maxLength: 20 },
        twoDigitYearsUpTo: { type: 'integer', minimum: 0, maximum: 99 },
      },
    },
    words: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: { type: 'string', minLength: 1 },
      },
    },
  },
} as const;
