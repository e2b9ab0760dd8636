import { describe, expect, it } from '@jest/globals';
import { reportError } from './error-report.js';
import { ServiceLogger } from './service-logger.js';

const fromDatabase = (): Error =>
  Object.assign(new Error('Key (name)=(canary) already exists'), {
    severity: 'ERROR',
    code: '23505',
    detail: 'canary',
    parameters: ['canary'],
  });

describe('what is logged of an error', () => {
  it('is its type, code and frames, without what a database or a parser quotes', () => {
    const report = reportError(fromDatabase());
    expect(report).toMatchObject({ type: 'Error', code: '23505' });
    expect(report.frames.length).toBeGreaterThan(0);
    expect(JSON.stringify(report)).not.toContain('canary');
    const parse = (): unknown => {
      try {
        return JSON.parse('canary');
      } catch (error) {
        return error;
      }
    };
    expect(JSON.stringify(reportError(parse()))).not.toContain('canary');
    expect(JSON.stringify(reportError('canary'))).not.toContain('canary');
  });

  it('keeps the message of an error of our own', () => {
    expect(reportError(new Error('The relay did not start.')).message).toBe('The relay did not start.');
  });

  it('reaches the log line as JSON with process, level and context', () => {
    const lines: string[] = [];
    const logger = new ServiceLogger('vault', 'info', { write: (line: string) => void lines.push(line) });
    logger.error('a statement failed', fromDatabase(), 'Keys');
    logger.error(fromDatabase());
    logger.error('text', 'Error: canary\n    at frame (file.ts:1:1)', 'Nest');
    logger.debug('not at this level');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('canary');
    const [first, , third] = lines.map((line) => JSON.parse(line) as unknown);
    expect(first).toMatchObject({
      level: 'error',
      process: 'vault',
      context: 'Keys',
      error: { code: '23505' },
    });
    expect(third).toMatchObject({ context: 'Nest', frames: ['at frame (file.ts:1:1)'] });
  });
});
