import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REPORT_HEADER, ReportFile } from './report-file.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'probity-report-'));
  path = join(folder, 'report.csv');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const inPieces = (text: string, size: number): Readable =>
  Readable.from(text.match(new RegExp(`[^]{1,${size}}`, 'g'))?.map((piece) => Buffer.from(piece)) ?? []);

const write = async (...reports: Readable[]): Promise<string> => {
  const report = await ReportFile.open(path, []);
  try {
    for (const source of reports) await report.append(source);
  } finally {
    await report.close();
  }
  return readFileSync(path, 'utf8');
};

describe('the report of a run', () => {
  it('has the rows of all files under one header, however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), async (one, two) => {
        const first = `${REPORT_HEADER}\nE09000002,SYN-1,2,ENTERED,,SUSPECTED_OFFENDER,RED\n`;
        const second = `${REPORT_HEADER}\nE09000003,SYN-2,2,REFUSED,EVD-001,,\nE09000003,,3,PROBLEM,SCH-003,,\n`;
        const text = await write(inPieces(first, one), inPieces(second, two));
        expect(text).toBe(first + second.slice(REPORT_HEADER.length + 1));
      }),
      { numRuns: 40 },
    );
  });

  it('ends every row, also when a service left the last line open', async () => {
    const open = `${REPORT_HEADER}\nE09000002,SYN-1,2,DUPLICATE,,,`;
    expect(
      await write(inPieces(open, 7), inPieces(`${REPORT_HEADER}\nE09000003,SYN-2,2,DUPLICATE,,,\n`, 9)),
    ).toBe(`${open}\nE09000003,SYN-2,2,DUPLICATE,,,\n`);
  });

  it('may be read by its owner alone, also when it replaces a report with wider rights', async () => {
    writeFileSync(path, `${REPORT_HEADER}\nold,row,2,ENTERED,,,\n`);
    chmodSync(path, 0o644);
    const text = await write(inPieces(`${REPORT_HEADER}\n`, 10));
    expect(text).toBe(`${REPORT_HEADER}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps an earlier report until there is something to write', async () => {
    writeFileSync(path, `${REPORT_HEADER}\nold,row,2,ENTERED,,,\n`);
    expect(await write()).toContain('old,row');
  });

  it('leaves nothing behind when nothing was written', async () => {
    await (await ReportFile.open(path, [])).close();
    expect(existsSync(path)).toBe(false);
  });

  it('never overwrites a list or another file', async () => {
    writeFileSync(path, 'family_name,given_name\n');
    await expect(ReportFile.open(path, [])).rejects.toThrow(/not overwritten/);
    writeFileSync(path, `${REPORT_HEADER}\n`);
    await expect(ReportFile.open(path, [join(folder, '.', 'report.csv')])).rejects.toThrow(/not overwritten/);
  });

  it('is refused where it cannot be written', async () => {
    await expect(ReportFile.open(join(folder, 'missing', 'report.csv'), [])).rejects.toThrow(
      /cannot be written/,
    );
    await expect(ReportFile.open(folder, [])).rejects.toThrow(/cannot be written/);
  });

  it('refuses columns that it does not know', async () => {
    await expect(write(inPieces('borough,family_name\nx,y\n', 5))).rejects.toThrow(/columns/);
  });
});
