import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack } from '../../test/contract-stack.js';
import { EXIT } from '../exit-code.js';
import { StackPeople } from './people.js';

let services: ContractStack;

beforeAll(async () => {
  services = await ContractStack.start();
});
beforeEach(() => {
  services.reset();
  services.play = () => ({ status: 200, body: { items: [], nextCursor: null } });
});
afterAll(async () => services.stop());

const WHY = ['--purpose', 'VIOLENCE_REDUCTION_TASKING', '--because', 'weekly tasking meeting'];
const matrix = async (words: string[] = [], synthetic = true): Promise<CommandRun> =>
  runCommand(['matrix', ...WHY, ...words], (as) => services.open({ synthetic }, as));
const people = (): string[] => services.seen.map(({ person }) => person);

describe('who acts in a command', () => {
  it('is the persona who would do it, when nobody is named or logged in on a synthetic store', async () => {
    await matrix();
    expect(people()).toEqual(['central-1']);
  });

  it('is whoever is logged in', async () => {
    services.loggedIn = 'auditor';
    await matrix();
    expect(services.seen).toMatchObject([{ person: 'auditor', token: 'token-of-auditor' }]);
  });

  it('is whom --as names, whoever is logged in', async () => {
    services.loggedIn = 'auditor';
    await matrix(['--as', 'central-2']);
    await matrix(['summary', '--as', 'central-2']);
    expect(people()).toEqual(['central-2', 'central-2']);
  });

  it('is nobody on a store of real data without a login, and the login otherwise', async () => {
    expect(await matrix([], false)).toMatchObject({ exitCode: EXIT.refused, stdout: '' });
    expect(people()).toEqual([]);
    services.loggedIn = 'auditor';
    expect((await matrix([], false)).exitCode).toBe(EXIT.ok);
    expect(people()).toEqual(['auditor']);
  });

  it('[R-85] is nobody made up on a store of real data', async () => {
    const { config } = services.open({ synthetic: false });
    const nobody = (): never => {
      throw new Error('nobody has a certificate here');
    };
    await expect(new StackPeople({ ...config, personTls: nobody }).persona('dpo')()).rejects.toMatchObject({
      exitCode: EXIT.refused,
      sentence: 'Nobody in a store of real data is made up.',
    });
  });
});
