import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack } from '../../test/contract-stack.js';

const WHY = ['--purpose', 'LAWFULNESS', '--because', 'quarterly check of refusals'];
const look = (by: string, codes: string[] = []): object => ({
  ...{ when: '2026-11-01T09:00:00.000Z', by, role: 'central-team', action: 'SEARCH', list: 'matrix' },
  ...{
    purpose: 'AUDIT',
    outcome: codes.length > 0 ? 'refused' : 'shown',
    codes,
    borough: null,
    subjectCount: 3,
  },
});

let services: ContractStack;

beforeAll(async () => {
  services = await ContractStack.start();
});
beforeEach(() => {
  services.reset();
});
afterAll(async () => services.stop());

const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, () => services.open());

describe('probity access log', () => {
  it('shows who looked and what was refused, and reads on until it has enough', async () => {
    const pages = [
      { items: [look('central-1')], notAuthentic: 0, nextCursor: 'abc' },
      { items: [look('central-2', ['PUR-002'])], notAuthentic: 1, nextCursor: null },
    ];
    services.play = () => ({ status: 200, body: pages.shift() });
    const { stdout, stderr } = await probity('access', 'log', ...WHY, '--limit', '7', '--list', 'matrix');
    expect(services.requests()).toEqual([
      'auditor GET /v1/looks?limit=7&list=matrix',
      'auditor GET /v1/looks?limit=6&list=matrix&cursor=abc',
    ]);
    expect(stdout).toMatch(/central-1 .*SEARCH .* 3 +shown[^]*central-2 .*refused: PUR-002/);
    expect(stderr).toContain('1 records of the log are signed by nobody');
  });

  it('prints the entries as JSON, and says that there are more', async () => {
    const page = { items: [look('central-1')], notAuthentic: 0, nextCursor: 'abc' };
    services.play = () => ({ status: 200, body: page });
    const { stdout, stderr } = await probity('access', 'log', ...WHY, '--limit', '1', '--json');
    expect(JSON.parse(stdout)).toEqual(page);
    expect(stderr).toContain('There are more entries');
  });

  it.each([[[]], [WHY.slice(2)], [[...WHY, '--outcome', 'lost']], [[...WHY, '--limit', '501']]])(
    '%j is a usage error that asks nobody',
    async (words) => {
      expect((await probity('access', 'log', ...words)).exitCode).toBe(2);
      expect(services.requests()).toEqual([]);
    },
  );
});
