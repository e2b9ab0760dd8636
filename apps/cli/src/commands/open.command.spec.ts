import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack } from '../../test/contract-stack.js';

const RECORD = '5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2';
const WHY = ['--purpose', 'OFFENDER_MANAGEMENT', '--because', 'visit this afternoon'];
const OPENED = { entry: 'e-1', items: [{ recordId: RECORD, familyName: 'SYN-Ardel', givenName: 'SYN-Mo' }] };

let services: ContractStack;

beforeAll(async () => {
  services = await ContractStack.start();
});
beforeEach(() => {
  services.reset();
  services.play = () => ({ status: 200, body: OPENED });
});
afterAll(async () => services.stop());

const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, () => services.open());

describe('probity open', () => {
  it('asks the vault with the reason, and shows what may be shown', async () => {
    const { stdout, stderr } = await probity('open', RECORD, 'other', ...WHY);
    expect(services.requests()).toEqual(['central-1 POST /v1/open']);
    expect(JSON.parse(services.seen[0]!.body)).toEqual({
      ...{ records: [RECORD, 'other'], family: 'matrix', fields: ['familyName', 'givenName'] },
      ...{ purpose: 'OFFENDER_MANAGEMENT', justification: 'visit this afternoon' },
    });
    expect(stdout).toMatch(/Family name +Given name[^]*SYN-Ardel +SYN-Mo/);
    expect(stderr).toContain('1 of 2 records cannot be shown.');
  });

  it('prints the answer as JSON', async () => {
    expect(JSON.parse((await probity('open', RECORD, '--json', ...WHY)).stdout)).toEqual(OPENED);
  });

  it.each([[[]], [[RECORD]], [[RECORD, ...WHY.slice(2)]], [[RECORD, ...WHY, '--field', 'photograph']]])(
    '%j is a usage error that asks nobody',
    async (words) => {
      expect((await probity('open', ...words)).exitCode).toBe(2);
      expect(services.requests()).toEqual([]);
    },
  );
});
