import { once } from 'node:events';
import { Readable } from 'node:stream';
import { connect } from 'node:tls';
import type { Answer, Store } from './store.js';

/** An upload as a client makes it that cares neither for the contract nor for HTTP. */
export interface RawUpload {
  /** Lines of the head after the first, without Host. */
  headers: readonly string[];
  body: Iterable<Buffer>;
}

/** What became of a {@link RawUpload}. */
export interface RawAnswer {
  /** Everything that came back; empty when the connection was cut without an answer. */
  text: string;
  /** Bytes of the body that were handed over before the connection was cut. */
  sent: number;
}

type Part = 'file' | 'groups';

/** Speaks to the imports of borough-ingest without the command line, as one person, truthfully or not. */
export class ImportClient {
  constructor(
    private readonly store: Store,
    private readonly as: string,
  ) {}

  /** Announces a file. */
  async announce(content: object): Promise<Answer> {
    return this.store.call({ ...this.to(''), method: 'POST', content });
  }

  /** Sends a part of an announced import, by default as it is asked for. */
  async upload(id: unknown, part: Part, body: Buffer | Readable, headers: object = {}): Promise<Answer> {
    return this.store.call({
      ...this.to(`/${String(id)}/${part}`),
      ...{ method: 'PUT', contentType: 'application/octet-stream', headers },
      body: body instanceof Readable ? body : Readable.from([body]),
    });
  }

  /** The import once it is neither receiving nor running. */
  async ended(id: unknown): Promise<NonNullable<Answer['body']>> {
    for (;;) {
      const { body } = await this.store.call(this.to(`/${String(id)}`));
      if (body !== null && body['state'] !== 'receiving' && body['state'] !== 'running') return body;
    }
  }

  /** Sends the list byte for byte, also after the answer has come, until the body or the connection ends. */
  async uploadRaw(id: unknown, { headers, body }: RawUpload): Promise<RawAnswer> {
    const { config } = this.store;
    const port = config.ports['borough-ingest'];
    const { tls, authorization } = await this.store.people.of(this.as);
    const socket = connect({ host: '127.0.0.1', port, ...tls });
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    // A connection that is cut while it is written to is one of the ends that are looked for.
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'secureConnect');
    const head = [
      `PUT /v1/imports/${String(id)}/file HTTP/1.1`,
      'Host: 127.0.0.1',
      `Authorization: ${authorization ?? ''}`,
      ...headers,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    let sent = 0;
    for (const piece of body) {
      if (socket.destroyed) break;
      sent += piece.length;
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed]);
    }
    socket.end();
    await closed;
    return { text, sent };
  }

  private to(path: string): { process: 'borough-ingest'; as: string; path: string } {
    return { process: 'borough-ingest', as: this.as, path: `/v1/imports${path}` };
  }
}
