import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack } from '../../test/contract-stack.js';

const WHO = ['--family-name', 'SYN-Ardelwick', '--born', '2004'];
const WHY = ['--purpose', 'OFFENDER_MANAGEMENT', '--because', 'named by a caller'];
const FOUND = {
  entry: 'e-1',
  items: [
    {
      ...{ recordId: 'r-1', reference: '7K3M-9QXA', borough: 'E09000012', agreement: 'likely' },
      agreed: ['family name, nearly', 'year of birth'],
    },
  ],
};

let services: ContractStack;

beforeAll(async () => {
  services = await ContractStack.start();
});
beforeEach(() => {
  services.reset();
  services.play = () => ({ status: 200, body: FOUND });
});
afterAll(async () => services.stop());

const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, () => services.open());

describe('probity search', () => {
  it('asks the vault with the reason, and shows records and what agrees', async () => {
    const { stdout } = await probity('search', ...WHO, ...WHY, '--limit', '3');
    expect(services.requests()).toEqual(['central-1 POST /v1/search']);
    expect(JSON.parse(services.seen[0]!.body)).toEqual({
      ...{ family: 'matrix', familyName: 'SYN-Ardelwick', born: '2004', limit: 3 },
      ...{ purpose: 'OFFENDER_MANAGEMENT', justification: 'named by a caller' },
    });
    expect(stdout).toMatch(/7K3M-9QXA +r-1 +E09000012 +likely +family name, nearly, year of birth/);
  });

  it('prints the answer as JSON', async () => {
    expect(JSON.parse((await probity('search', ...WHO, ...WHY, '--json')).stdout)).toEqual(FOUND);
  });

  it('says when nobody is found', async () => {
    services.play = () => ({ status: 200, body: { entry: 'e-1', items: [] } });
    const { stdout, stderr } = await probity('search', ...WHO, ...WHY);
    expect([stdout, stderr]).toEqual(['', expect.stringContaining('Nobody whom you may see')]);
  });

  it.each([
    [[...WHY]],
    [[...WHO]],
    [['--born', '2004', ...WHY]],
    [[...WHO.slice(0, 2), ...WHY]],
    [[...WHO, ...WHY, '--limit', '21']],
    [[...WHO, ...WHY, '--list', 'all']],
  ])('%j is a usage error that asks nobody', async (words) => {
    expect((await probity('search', ...words)).exitCode).toBe(2);
    expect(services.requests()).toEqual([]);
  });
});
