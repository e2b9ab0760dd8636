import { describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { withRefusals } from './refusals.js';

const described = (responses: object): OpenAPIObject =>
  ({
    ...{ openapi: '3.1.0', info: { title: 'Parcels', version: '1' } },
    paths: {
      '/v1/parcels': { post: { responses, requestBody: { content: {} }, 'x-callers': ['operator'] } },
    },
  }) as unknown as OpenAPIObject;

describe('the description of a service', () => {
  it('says what every route of its kind may refuse with', () => {
    const { paths } = withRefusals(described({ 200: { description: 'done' } }));
    expect(Object.keys(paths['/v1/parcels']?.post?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '413',
      '415',
      '503',
    ]);
  });

  it('is not given of a route that says how it refuses and not how it answers', () => {
    expect(() => withRefusals(described({ 409: { description: 'taken' } }))).toThrow(
      'post /v1/parcels declares refusals and no answer',
    );
  });
});
