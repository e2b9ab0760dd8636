import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { selfSigned } from '../test/tls-pair.js';
import { VaultClient } from './vault-client.js';
import type { ClientTls } from './vault-transport.js';

type Answer = (body: unknown) => { status: number; body: unknown } | 'reset';

const dek = Buffer.alloc(32, 9).toString('base64url');
const order = { borough: 'E09000012', family: 'matrix', count: 1 } as const;
const fresh = { keys: [{ recordId: '5f0c3c1e-2b7d-4c7e-9f3a-0000000000c1', dekVersion: 1, dek }] };

describe('the vault client', () => {
  let serverTls: ClientTls;
  let clientTls: ClientTls;
  let server: Server;
  let answers: Answer[];
  let seen: { path: string; body: unknown; certificate: string | undefined; socket: TLSSocket }[];
  let client: VaultClient;

  beforeAll(async () => {
    [serverTls, clientTls] = [await selfSigned('vault'), await selfSigned('borough-ingest')];
  });

  beforeEach(async () => {
    answers = [];
    seen = [];
    server = createServer({ ...serverTls, ca: clientTls.ca, requestCert: true }, (request, response) => {
      void serve(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = clientOf(clientTls, 5000);
  });

  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = request.socket as TLSSocket;
    const certificate = socket.getPeerCertificate().subject?.CN as string | undefined;
    const body = JSON.parse(await text(request)) as unknown;
    seen.push({ path: request.url ?? '', body, certificate, socket });
    const answer = answers.shift()?.(body) ?? { status: 200, body: fresh };
    if (answer === 'reset') socket.destroy();
    else
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body));
  }

  function clientOf(tls: ClientTls, deadlineMs: number): VaultClient {
    const { port } = server.address() as AddressInfo;
    const url = `https://127.0.0.1:${String(port)}`;
    return new VaultClient({ url, tls: { ...tls, ca: serverTls.ca }, deadlineMs });
  }

  it('[R-52] shows its own certificate, checks the vault’s, and keeps the connection', async () => {
    const deks: Buffer[] = [];
    for (let call = 0; call < 10; call += 1)
      deks.push(...(await client.freshKeys(order)).map((key) => key.dek));
    expect(deks).toEqual(Array.from({ length: 10 }, () => Buffer.alloc(32, 9)));
    for (const { path, body, certificate } of seen) {
      expect({ path, body, certificate }).toEqual({
        path: '/v1/keys/fresh',
        body: order,
        certificate: 'borough-ingest',
      });
    }
    expect(new Set(seen.map(({ socket }) => socket)).size).toBeLessThan(seen.length / 2);
  });

  it('[R-52] tells nothing to a server that the authority does not know', async () => {
    await client.close();
    const { port } = server.address() as AddressInfo;
    client = new VaultClient({ url: `https://127.0.0.1:${String(port)}`, tls: clientTls, deadlineMs: 100 });
    await expect(client.freshKeys(order)).rejects.toMatchObject({ name: 'VaultUnavailable' });
    expect(seen).toEqual([]);
  });

  it('[R-52] does not speak in clear', () => {
    expect(() => new VaultClient({ url: 'http://127.0.0.1:4104', tls: clientTls })).toThrow(RangeError);
  });

  it('tries again when the connection breaks or the vault is starting', async () => {
    answers = [() => 'reset', () => ({ status: 503, body: {} }), () => 'reset'];
    expect(await client.freshKeys(order)).toHaveLength(1);
    expect(seen).toHaveLength(4);
  });

  it('gives up at its deadline with a reason and a remedy', async () => {
    await client.close();
    client = clientOf(clientTls, 150);
    answers = Array.from({ length: 100 }, () => () => 'reset' as const);
    await expect(client.indexKey('E09000012')).rejects.toMatchObject({
      name: 'VaultUnavailable',
      reason: expect.stringMatching(/^([A-Z_ 0-9]+|TimeoutError)$/),
      remedy: expect.stringContaining('/health/ready'),
    });
  });

  it('does not try again what the vault refused, and passes its code on', async () => {
    const problem = { code: 'ACC-002', title: 'Another borough', detail: 'x', remedy: 'Ask elsewhere.' };
    answers = [() => ({ status: 403, body: problem })];
    await expect(client.freshKeys(order)).rejects.toMatchObject({
      name: 'VaultRefused',
      status: 403,
      code: 'ACC-002',
      remedy: 'Ask elsewhere.',
    });
    expect(seen).toHaveLength(1);
  });

  it('leases for concurrent callers in one request', async () => {
    const recordIds = ['5f0c3c1e-2b7d-4c7e-9f3a-0000000000c1', '5f0c3c1e-2b7d-4c7e-9f3a-0000000000c2'];
    answers = [
      () => ({
        status: 200,
        body: {
          leases: recordIds.map((recordId) => ({ recordId, dekVersion: 1, subkey: dek })),
          expiresInSeconds: 60,
        },
      }),
    ];
    const [one, both] = await Promise.all([
      client.leaseCase(recordIds.slice(0, 1)),
      client.leaseCase(recordIds),
    ]);
    expect([one.size, both.size, (await client.leaseCase(recordIds)).size]).toEqual([1, 2, 2]);
    const holder = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown;
    expect(seen.map(({ body }) => body)).toEqual([{ group: 'case', recordIds, holder }]);
  });

  it('refuses calls beyond the bounds without asking', async () => {
    for (const count of [0, 5001, 1.5]) {
      await expect(client.freshKeys({ ...order, count })).rejects.toThrow(RangeError);
    }
    await expect(client.digestRecords([])).rejects.toThrow(RangeError);
    expect(seen).toEqual([]);
  });
});
