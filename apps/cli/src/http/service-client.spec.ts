import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Credentials } from '@probity/platform';
import { ContractStack } from '../../test/contract-stack.js';
import { issueCertificates } from '../../test/certificates.js';
import { EXIT } from '../exit-code.js';
import { RefusedError } from './problem.js';
import { ServiceClient, UnreachableError } from './service-client.js';
import type { Stack } from './stack.js';

let services: ContractStack;
let stack: Stack;

beforeAll(async () => {
  services = await ContractStack.start();
  stack = services.open();
});
beforeEach(() => {
  services.reset();
});
afterAll(async () => {
  await stack.close();
  await services.stop();
});

describe('speaking to a service', () => {
  it('happens over mutual TLS as the person whose certificate is used', async () => {
    services.play = ({ person }) => ({ status: 200, body: { person } });
    expect(await stack.service('governance', 'central-1').get('/v1/matrix')).toEqual({ person: 'central-1' });
    expect(await stack.service('governance', 'central-2').get('/v1/matrix')).toEqual({ person: 'central-2' });
  });

  it('a service with a certificate of another authority is not spoken to', async () => {
    const tls = (await issueCertificates(['operator'])).get('operator')!;
    const stranger = (): Promise<Credentials> => Promise.resolve({ tls, authorization: null });
    const client = new ServiceClient('vault', `https://127.0.0.1:${services.port}`, stranger);
    await expect(client.get('/v1/digest')).rejects.toThrow(UnreachableError);
    await client.close();
    expect(services.seen).toEqual([]);
  });

  it('sends a file as it is', async () => {
    services.play = () => ({ status: 202 });
    const content = randomBytes(200_000).toString('hex');
    const upload = { contentType: 'text/csv', length: content.length, body: Readable.from([content]) };
    await stack.service('borough-ingest', 'operator').upload('/v1/imports/i-1/file', upload);
    const digestOf = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');
    expect(digestOf(services.seen[0]!.body)).toBe(digestOf(content));
  });

  it.each([
    ['grew', 'longer than that'],
    ['shrank', 'short'],
  ])(
    'a file that %s since it was looked at is told as such, and not as a service that is away',
    async (_, content) => {
      services.play = () => ({ status: 202 });
      const upload = { contentType: 'text/csv', length: 10, body: Readable.from([Buffer.from(content)]) };
      const sent = stack.service('borough-ingest', 'operator').upload('/v1/imports/i-1/file', upload);
      await expect(sent).rejects.toMatchObject({ exitCode: EXIT.refused, code: 'IMP-002' });
    },
  );

  it('a refusal is an error with exit code 1 and its problem', async () => {
    services.play = () => ({
      status: 409,
      body: { title: 'No', detail: 'Not now.', code: 'GOV-001', remedy: 'Wait.' },
    });
    const refused = stack.service('governance', 'central-1').post('/v1/migration-windows', {});
    await expect(refused).rejects.toMatchObject({
      exitCode: EXIT.refused,
      message: 'Not now. Wait. (GOV-001)',
    });
    await expect(refused).rejects.toBeInstanceOf(RefusedError);
  });

  it('a service that goes away is an error with exit code 3 that names it', async () => {
    services.play = () => null;
    const broken = stack.service('governance', 'central-1').get('/v1/matrix');
    await expect(broken).rejects.toMatchObject({ exitCode: EXIT.notReady, service: 'governance' });
  });

  it('an answer that is no JSON is refused without being quoted', async () => {
    services.play = () => ({ status: 200, body: 'SYN-Person' });
    const broken = stack.service('governance', 'central-1').get('/v1/matrix');
    await expect(broken).rejects.toThrow(/not JSON/);
    await expect(broken).rejects.not.toThrow(/SYN-Person/);
  });

  it('a download comes as it is, and as nothing where there is none', async () => {
    services.play = ({ path }) => (path === '/there' ? { status: 200, body: 'a,b\n' } : { status: 404 });
    const ingest = stack.service('borough-ingest', 'officer-E09000002');
    expect(await text((await ingest.download('/there'))!)).toBe('a,b\n');
    expect(await ingest.download('/gone')).toBeNull();
  });
});
