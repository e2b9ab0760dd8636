import { describe, expect, it } from '@jest/globals';
import { renderTable } from './table.js';

describe('tables', () => {
  it('align numbers right, show nothing as a dash, and put totals below a rule', () => {
    const columns = [{ heading: 'Borough' }, { heading: 'Red', align: 'right' as const }];
    expect(
      renderTable(
        columns,
        [
          ['E09000002', 1_234],
          ['E09000003', null],
        ],
        [['Total', 1_234]],
      ),
    ).toBe(
      [
        'Borough      Red',
        '---------  -----',
        'E09000002  1,234',
        'E09000003      -',
        '---------  -----',
        'Total      1,234',
      ].join('\n'),
    );
  });

  it('without rows still show what they would hold', () => {
    expect(renderTable([{ heading: 'Record' }, { heading: 'Band' }], [])).toBe('Record  Band\n------  ----');
  });
});
