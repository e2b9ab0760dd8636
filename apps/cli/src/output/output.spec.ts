import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { CommandError, EXIT } from '../exit-code.js';
import { Output } from './output.js';

const failureText = (error: unknown, env: NodeJS.ProcessEnv, isTTY: boolean): string => {
  let text = '';
  const write = (piece: Buffer, _encoding: string, done: () => void): void => {
    text += piece.toString('utf8');
    done();
  };
  const stderr = Object.assign(new Writable({ write }), { isTTY });
  new Output(new Writable(), stderr, env).failure(error);
  return text;
};

describe('messages', () => {
  const refusal = new CommandError(EXIT.refused, 'It was refused.', 'Do this.', 'GOV-001');

  it('are one sentence, the remedy and the code', () => {
    expect(failureText(refusal, {}, false)).toBe('probity: It was refused. Do this. (GOV-001)\n');
  });

  it('have colour on a terminal only, and none with NO_COLOR', () => {
    expect(failureText(refusal, {}, true)).toContain('\u001B[31m');
    expect(failureText(refusal, { NO_COLOR: '1' }, true)).not.toContain('\u001B');
    expect(failureText(refusal, {}, false)).not.toContain('\u001B');
  });

  it('do not quote the text of a bug, which may hold what it choked on', () => {
    const bug = new TypeError('cannot read SYN-Person');
    expect(failureText(bug, {}, false)).not.toContain('SYN-Person');
    expect(failureText(bug, { PROBITY_DEBUG: '1' }, false)).toContain('SYN-Person');
  });
});
