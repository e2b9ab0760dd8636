import type { ProcessName } from '@probity/platform';
import { Agent, request } from 'undici';
import type { Lab } from './lab.js';

/** Connections of one person: a service is not measured by how many certificates it checks. */
const CONNECTIONS = 16;

/** A service over mutual TLS as one person of the stack. */
export class PersonClient {
  readonly #origin: string;
  #agent: Agent | undefined;

  constructor(
    private readonly lab: Lab,
    service: ProcessName,
    private readonly person: string,
  ) {
    this.#origin = `https://127.0.0.1:${String(lab.config.ports[service])}`;
    lab.disposer.add(() => this.#agent?.close());
  }

  get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    return this.#send<T>('GET', path, { headers });
  }

  post<T>(path: string, content: unknown): Promise<T> {
    return this.#send<T>('POST', path, {
      body: JSON.stringify(content),
      headers: { 'content-type': 'application/json' },
    });
  }

  async put(path: string, type: string, body: Buffer): Promise<void> {
    await this.#send('PUT', path, {
      body,
      headers: { 'content-type': type, 'content-length': String(body.length) },
    });
  }

  async #send<T>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    options: { body?: Buffer | string; headers?: Record<string, string> },
  ): Promise<T> {
    const { tls, authorization } = await this.lab.people.of(this.person);
    const dispatcher = (this.#agent ??= new Agent({ connect: { ...tls }, connections: CONNECTIONS }));
    const headers = { ...options.headers, ...(authorization === null ? {} : { authorization }) };
    const answer = await request(`${this.#origin}${path}`, { ...options, method, dispatcher, headers });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${String(answer.statusCode)} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
