import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../../test/command-run.js';
import { ContractStack, type Answer } from '../../test/contract-stack.js';

const REWRAPPING = {
  epoch: 1,
  state: 'rewrapping',
  keys: 3000,
  rewrapped: 1000,
  because: null,
  remedy: null,
};
const STOPPED = { ...REWRAPPING, state: 'stopped', because: '2 keys do not open', remedy: 'Put them right.' };
const BEFORE = { epoch: 1, state: 'retiring', madeAt: '2026-11-01T09:00:00.000Z', livingKeys: 2000 };
const AFTER = {
  ...BEFORE,
  state: 'destroyed',
  livingKeys: 0,
  irrecoverableAfter: '2026-11-08T09:00:00.000Z',
};

let services: ContractStack;
/** What the vault answers, one after another; the last for ever. */
let rotations: (object | null)[];
let refusal: Answer | null;

beforeAll(async () => {
  services = await ContractStack.start();
});

beforeEach(() => {
  services.reset();
  [rotations, refusal] = [[null], null];
  services.play = ({ method }) => {
    if (method === 'POST' && refusal !== null) return refusal;
    const rotation = rotations.length > 1 ? rotations.shift() : rotations[0];
    const body = {
      ...{ provider: 'file', destructionAssured: false, currentEpoch: 2 },
      ...{ nextRotationDueAt: '2026-11-15T09:00:00.000Z', rotation },
      epochs: [rotation === null ? AFTER : BEFORE],
    };
    return { status: method === 'POST' ? 202 : 200, body };
  };
});

afterAll(async () => services.stop());

const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, () => services.open());

describe('probity vault epochs', () => {
  it('tells what is under each epoch, from when it is irrecoverable, and what nobody can assure', async () => {
    const { exitCode, stdout, stderr } = await probity('vault', 'epochs');
    expect([exitCode, services.requests()]).toEqual([0, ['operator GET /v1/epochs']]);
    expect(stdout).toMatch(/1 {2}destroyed {2}2026-11-01T09:00:00.000Z +0 {2}2026-11-08T09:00:00.000Z/);
    expect(stderr).toContain('begins by itself at 2026-11-15T09:00:00.000Z');
    expect(stderr).toContain('nobody can say what their medium keeps');
  });

  it('ends with 1 when a rotation stands still, says why and what to do, and still prints JSON', async () => {
    rotations = [STOPPED];
    const { exitCode, stdout, stderr } = await probity('vault', 'epochs', '--json');
    expect([exitCode, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ rotation: STOPPED })]);
    expect(stderr).toContain('because 2 keys do not open. Both keys are kept. Put them right.');
  });
});

describe('probity vault rotate', () => {
  it('waits until the old key is destroyed', async () => {
    rotations = [REWRAPPING, REWRAPPING, null];
    const { exitCode, stdout, stderr } = await probity('vault', 'rotate');
    expect(exitCode).toBe(0);
    expect(services.requests()).toEqual([
      'operator POST /v1/epochs/rotate',
      ...['operator GET /v1/epochs/rotation', 'operator GET /v1/epochs/rotation', 'operator GET /v1/epochs'],
    ]);
    expect(stderr).toContain('New keys are wrapped under epoch 2.');
    expect(stdout).toContain('destroyed');
  });

  it('ends at once with --no-wait, and says how far it is', async () => {
    rotations = [REWRAPPING];
    const { exitCode, stderr } = await probity('vault', 'rotate', '--no-wait');
    expect(exitCode).toBe(0);
    expect(services.requests()).toEqual(['operator POST /v1/epochs/rotate', 'operator GET /v1/epochs']);
    expect(stderr).toContain('Rewrapping: 1,000 of 3,000 keys.');
  });

  it('ends with 1 when the rotation comes to a stand', async () => {
    rotations = [REWRAPPING, STOPPED];
    const { exitCode, stderr } = await probity('vault', 'rotate');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('stands still')]);
  });

  it('tells the vault’s own refusal', async () => {
    refusal = {
      status: 409,
      body: { code: 'KEY-002', title: 'A rotation is under way', remedy: 'Follow it.' },
    };
    const { exitCode, stderr } = await probity('vault', 'rotate');
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('(KEY-002)')]);
  });
});
