import { Type } from 'class-transformer';
import { IsIn, IsString, ValidateNested } from 'class-validator';
import { describe, expect, it } from '@jest/globals';
import { ProblemError } from './problem.js';
import { validationPipe } from './validation.js';

class Inner {
  @IsIn(['A', 'B'], { message: '$value is not allowed' })
  letter!: string;
}

class Outer {
  @IsString()
  name!: string;

  @ValidateNested()
  @Type(() => Inner)
  inner!: Inner;
}

async function problemOf(body: unknown): Promise<ProblemError['problem']> {
  const error: unknown = await validationPipe()
    .transform(body, { type: 'body', metatype: Outer })
    .catch((reason: unknown) => reason);
  if (error instanceof ProblemError) return error.problem;
  throw new Error('The body was accepted.');
}

describe('the validation of a request', () => {
  it('names nested fields by their path', async () => {
    const { code, errors } = await problemOf({ name: 'n', inner: { letter: 'C' } });
    expect(code).toBe('SCH-003');
    expect(errors).toMatchObject([{ field: 'inner.letter', code: 'SCH-003' }]);
  });

  it('[R-19] finds unknown fields at every depth', async () => {
    const { code, errors } = await problemOf({ name: 'n', inner: { letter: 'A', pnc: 1 } });
    expect(code).toBe('SCH-002');
    expect(errors).toEqual([
      { field: 'inner.pnc', code: 'SCH-002', message: 'is not a field of this request' },
    ]);
  });

  it('does not repeat a value, even where a message asks for it, nor a field name that is no name', async () => {
    const problem = await problemOf({ name: 5, 'Mr Canary': 1, inner: { letter: 'canary-value' } });
    expect(JSON.stringify(problem)).not.toMatch(/canary/i);
    expect(problem.errors?.map((item) => item.field).sort()).toEqual(['(other)', 'inner.letter', 'name']);
  });
});
