import { describe, expect, it } from '@jest/globals';
import { runCommand, type CommandRun } from '../test/command-run.js';
import { CommandError, EXIT } from './exit-code.js';
import type { StackReadiness } from './stack/readiness.js';

const noStack = (): never => {
  throw new CommandError(EXIT.notReady, 'There is no stack.', 'Run npm start.');
};
const probity = async (...words: string[]): Promise<CommandRun> => runCommand(words, noStack);
const readiness = (state: 'ready' | 'running'): StackReadiness => ({
  ready: state === 'ready',
  processes: [{ name: 'vault', state, pid: 1, port: 4104, since: null, detail: '' }],
});

describe('the command line', () => {
  it.each([
    [['--help']],
    [['import', '--help']],
    [['clock', 'set', '--help']],
    [['matrix', 'summary', '--help']],
  ])('%j is answered on stdout with exit code 0 and examples', async (words) => {
    const { exitCode, stdout, stderr } = await probity(...words);
    expect({ exitCode, stderr }).toEqual({ exitCode: EXIT.ok, stderr: '' });
    expect(stdout).toContain('Examples:\n  $ probity ');
  });

  it('the help tells the exit codes', async () => {
    const { stdout } = await probity('--help');
    for (const code of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^  ${code}  `, 'm'));
  });

  it.each([
    [[]],
    [['imprt']],
    [['import']],
    [['digest', '--yaml']],
    [['clock', 'advance']],
    [['status', '--wait', 'x']],
  ])('%j is a usage error with nothing on stdout', async (words) => {
    expect(await probity(...words)).toMatchObject({ exitCode: EXIT.usage, stdout: '' });
  });

  it('a stack that is not there is exit code 3, with the remedy', async () => {
    const { exitCode, stderr } = await probity('digest');
    expect(exitCode).toBe(EXIT.notReady);
    expect(stderr).toBe('probity: There is no stack. Run npm start.\n');
  });
});

describe('probity status', () => {
  it('is exit code 0 only when every process is ready', async () => {
    expect(await runCommand(['status'], noStack, readiness('ready'))).toMatchObject({
      exitCode: EXIT.ok,
      stderr: '',
    });
    const waiting = await runCommand(['status'], noStack, readiness('running'));
    expect(waiting.exitCode).toBe(EXIT.notReady);
    expect(waiting.stderr).toContain('Not ready: vault.');
  });

  it('--json is the status itself', async () => {
    const { stdout } = await runCommand(['status', '--json'], noStack, readiness('ready'));
    expect(JSON.parse(stdout)).toEqual({ ...readiness('ready'), reconciliation: null });
  });
});
