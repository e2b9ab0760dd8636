import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BodyBroken, bodyBytes } from './body-stream.js';

describe('the bytes of a body', () => {
  let server: Server;
  let port: number;
  /** What became of the last request that was taken. */
  let ended: Promise<number>;
  let take: (request: IncomingMessage) => Promise<number>;
  let heard: () => void;

  beforeEach(async () => {
    ended = new Promise((resolve, reject) => {
      heard = () => undefined;
      server = createServer((incoming, answer) => {
        heard();
        take(incoming).then((bytes) => {
          resolve(bytes);
          answer.writeHead(bytes > 1_000 ? 413 : 200).end();
        }, reject);
      });
    });
    ended.catch(() => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    take = async (incoming) => {
      let bytes = 0;
      for await (const chunk of bodyBytes(incoming)) {
        bytes += chunk.length;
        if (bytes > 1_000) break;
      }
      return bytes;
    };
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('come to their end', async () => {
    const sent = request({ port, method: 'PUT' }).end(Buffer.alloc(900));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect([answer.statusCode, await ended]).toEqual([200, 900]);
  });

  it('may be left before their end: whoever still sends them all hears the answer', async () => {
    const sent = request({ port, method: 'PUT' }).end(Buffer.alloc(32 * 1_048_576));
    const finished = once(sent, 'finish');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(413);
    await finished;
  });

  it('that break off before the announced length are told as broken', async () => {
    const arrived = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf');
    await arrived;
    socket.destroy();
    await expect(ended).rejects.toThrow(BodyBroken);
  });

  it('that stand still are given up', async () => {
    take = async (incoming) => {
      for await (const _chunk of bodyBytes(incoming, 20));
      return 0;
    };
    const socket = connect(port, '127.0.0.1');
    socket.write('PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n');
    await expect(ended).rejects.toThrow(BodyBroken);
    socket.destroy();
  });
});
