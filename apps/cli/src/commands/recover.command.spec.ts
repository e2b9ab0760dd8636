import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack, type Answer, type SeenRequest } from '../../test/contract-stack.js';

type Lane = Record<string, unknown>;

const WHOLE: Lane = {
  ...{ topic: 'matrix.E09000012', partition: 0, found: 'whole', records: 6, duplicates: 0 },
  ...{ takenBack: 0, refilled: 0, putBack: 0, lacking: 0, generation: null, haveMoved: false, refused: [] },
};

let services: ContractStack;
let lanes: Lane[];
let notes: { remarks: string[]; unopenable: string[] };
let failure: string | null;
let lost: string[];

beforeAll(async () => {
  services = await ContractStack.start();
});

beforeEach(() => {
  services.reset();
  [lanes, notes, failure, lost] = [[WHOLE], { remarks: [], unopenable: [] }, null, []];
  services.play = play;
});

afterAll(async () => services.stop());

/** Both services at one port: each ends what it was asked at once. */
function play({ method }: SeenRequest): Answer {
  const asked = services.seen.findLast((request) => request.method === 'POST');
  const isDryRun = asked !== undefined && (JSON.parse(asked.body) as { dryRun: boolean }).dryRun;
  const report = failure === null ? { isDryRun, lanes } : null;
  const run = { isDryRun, hasEnded: true, progress: { done: 6, total: 6 }, report, notes, failure };
  return { status: method === 'POST' ? 202 : 200, body: { state: 'open', findings: [], run } };
}

const repair = {
  lacking: () => Promise.resolve(lost),
  make: () => {
    lost = [];
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
};

const probity = async (...words: string[]): Promise<CommandRun> =>
  runCommand(words, () => services.open(), undefined, repair);
const orders = (): unknown[] =>
  services.seen.filter(({ method }) => method === 'POST').map(({ body }) => JSON.parse(body) as unknown);

describe('probity recover', () => {
  it('without --yes looks only, and says how to go on where there is something to do', async () => {
    lanes = [{ ...WHOLE, found: 'store-behind', takenBack: 3 }];
    const { exitCode, stdout, stderr } = await probity('recover');
    expect(exitCode).toBe(1);
    expect(orders()).toEqual([{ dryRun: true }, { dryRun: true }]);
    expect(stdout).toContain('matrix.E09000012  store-behind');
    expect(stderr).toContain('Nothing was changed. To do it, run probity recover --yes.');
  });

  it('ends with 0 when store and topics agree, and after --dry-run', async () => {
    expect(await probity('recover')).toMatchObject({ exitCode: 0 });
    lanes = [{ ...WHOLE, found: 'topic-behind', refilled: 3 }];
    expect(await probity('recover', '--dry-run')).toMatchObject({ exitCode: 0 });
  });

  it('with --yes makes lost topics again, then has the ingest and governance recover, as operator', async () => {
    lost = ['the topic matrix.E09000012 does not exist'];
    lanes = [{ ...WHOLE, found: 'topic-lost', refilled: 6, generation: 2 }];
    notes.remarks = ['Row keys made again: 4.'];
    const { exitCode, stderr } = await probity('recover', '--yes', '--topic', 'matrix.E09000012');
    expect(exitCode).toBe(0);
    expect(lost).toEqual([]);
    expect(orders()).toEqual([1, 2].map(() => ({ dryRun: false, topic: 'matrix.E09000012' })));
    expect(new Set(services.seen.map(({ person }) => person))).toEqual(new Set(['operator']));
    expect(stderr).toContain('Row keys made again: 4.');
  });

  it('does not make topics in a dry run', async () => {
    lost = ['the topic matrix.E09000012 does not exist'];
    expect((await probity('recover')).exitCode).toBe(1);
    expect(lost).toHaveLength(1);
  });

  it('names what is not whole afterwards, and ends with 1', async () => {
    const refused = [{ offset: 7, reason: 'no writer has the key' }];
    lanes = [
      { ...WHOLE, found: 'store-behind', refused },
      { ...WHOLE, topic: 'safeguarding.E09000012', found: 'topic-cut', lacking: 2 },
      { ...WHOLE, topic: 'matrix.E09000013', found: 'topic-lost', putBack: 2, haveMoved: true },
    ];
    notes.unopenable = ['5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2'];
    const { exitCode, stderr } = await probity('recover', '--yes');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('matrix.E09000012@7 was left where it is: no writer has the key.');
    expect(stderr).toContain('2 events of the store are not in safeguarding.E09000012');
    expect(stderr).toContain('run probity projection rebuild matrix.');
    expect(stderr).not.toContain('rebuild safeguarding');
    expect(stderr).toContain('5f0c3c1e-2b7d-4c7e-9f3a-0000000000a2 cannot be opened again');
  });

  it('says that the same command goes on when a service broke it off', async () => {
    failure = 'another process relays matrix.E09000012';
    const { exitCode, stderr } = await probity('recover', '--yes');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('was broken off: another process relays matrix.E09000012. Run the same command');
  });

  it('refuses what cannot be meant', async () => {
    expect(await probity('recover', '--dry-run', '--yes')).toMatchObject({ exitCode: 2 });
    lanes = [];
    expect(await probity('recover', '--topic', 'nowhere')).toMatchObject({ exitCode: 2 });
  });
});
