import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-code.js';
import { parseProblem, RefusedError } from './problem.js';

describe('what a service refuses', () => {
  it('is shown as its sentence, its remedy and its code', () => {
    const body = {
      title: 'Closed',
      detail: 'The window is closed',
      remedy: 'Ask for another',
      code: 'GOV-007',
      importId: 'i-9',
    };
    const problem = parseProblem(409, JSON.stringify(body));
    const refusal = new RefusedError(problem);
    expect(refusal.message).toBe('The window is closed. Ask for another. (GOV-007)');
    expect(refusal.exitCode).toBe(EXIT.refused);
    expect(problem.importId).toBe('i-9');
  });

  it('keeps the place in a file, counted from 1, and nothing else where a number should be', () => {
    const place = (members: object): unknown => parseProblem(422, JSON.stringify(members)).place;
    expect(place({ line: 3, column: 2, byte: 31 })).toEqual({ line: 3, column: 2, byte: 31 });
    expect(place({ line: 3, column: 'SYN-Person', byte: 0 })).toEqual({ line: 3 });
    expect(place({})).toEqual({});
  });

  it('is shown by its title where there is no detail', () => {
    expect(new RefusedError(parseProblem(403, '{"title":"Not allowed"}')).message).toBe('Not allowed.');
  });

  it.each(['<html>SYN-Person</html>', '', 'null', '[]', '{"detail":7}'])(
    'is told by the status alone when the body is no problem document',
    (body) => {
      expect(new RefusedError(parseProblem(502, body)).message).toBe('The service answered 502.');
    },
  );
});
