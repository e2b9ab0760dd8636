import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formsIn, needlesFor, searchFolder } from './marker-search.js';

const MARKER = 'Zqvxjkwypf';
const NEEDLES = needlesFor(MARKER);

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

const TEXTS = fc.constantFrom(MARKER, MARKER.toLowerCase(), MARKER.toUpperCase());
const ENCODINGS = fc.constantFrom(
  (text: string) => Buffer.from(text, 'utf8'),
  (text: string) => Buffer.from(text, 'utf16le'),
  utf16be,
);
const WRITINGS = fc.constantFrom(
  (bytes: Buffer) => bytes,
  (bytes: Buffer) => Buffer.from(bytes.toString('hex')),
  (bytes: Buffer) => Buffer.from(bytes.toString('hex').toUpperCase()),
  (bytes: Buffer) => Buffer.from(bytes.toString('base64')),
  (bytes: Buffer) => Buffer.from(bytes.toString('base64url')),
);
const AROUND = fc.uint8Array({ maxLength: 9 });

describe('the search for a marker', () => {
  it('[R-61] finds it in every encoding and writing, whatever stands around it', () => {
    fc.assert(
      fc.property(TEXTS, ENCODINGS, WRITINGS, AROUND, AROUND, (text, encode, write, before, after) => {
        const bytes = write(Buffer.concat([before, encode(text), after]));
        return formsIn(bytes, NEEDLES).length > 0;
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds nothing where there is none', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        (bytes) => formsIn(Buffer.from(bytes), NEEDLES).length === 0,
      ),
    );
  });

  it('finds it across the border of two pieces of a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'probity-search-'));
    try {
      const border = 4 * 1024 * 1024;
      for (const shift of [1, 5, 9]) {
        const bytes = Buffer.alloc(border + 100);
        bytes.write(MARKER, border - shift, 'utf16le');
        writeFileSync(join(folder, 'big'), bytes);
        expect(await searchFolder(folder, NEEDLES)).toContainEqual({ place: 'big', form: 'utf16le' });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
