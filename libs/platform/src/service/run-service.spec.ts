import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../config/config-error.js';
import { UndeclaredRouteError } from '../http/declared-routes.js';
import { startFailure } from './run-service.js';

describe('a start that fails', () => {
  it('says in one sentence which port is taken and what to do', () => {
    const error = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port: 4102 });
    expect(startFailure(error, 'governance')).toBe(
      'Port 4102 (governance) is in use: stop what listens there, or set PROBITY_PORT_BASE to a free range.',
    );
  });

  it('says what is wrong with the configuration or with a route', () => {
    expect(startFailure(new ConfigError('It is wrong', 'correct it'), 'vault')).toBe(
      'It is wrong: correct it.',
    );
    expect(startFailure(new UndeclaredRouteError(['A.b']), 'vault')).toContain('A.b');
  });

  it('leaves a fault to be logged with its stack', () => {
    expect(startFailure(new Error('boom'), 'vault')).toBeNull();
    expect(startFailure('boom', 'vault')).toBeNull();
  });
});
