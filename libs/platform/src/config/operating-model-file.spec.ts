import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { readOperatingModel } from './operating-model-file.js';

describe('the operating model on disk', () => {
  it('is handed over with the hash of its exact bytes', () => {
    const { text, hash } = readOperatingModel();
    expect(hash).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    expect(JSON.parse(text)).toHaveProperty('ruleset');
  });

  it('is refused when there is none of that version', () => {
    expect(() => readOperatingModel('1999-1')).toThrow(ConfigError);
  });
});
