import type { ProcessName } from '@probity/platform';
import { Agent, request } from 'undici';
import type { Lab } from './lab.js';

/** A service over mutual TLS as one person of the stack. */
export class PersonClient {
  readonly #agent: Agent;
  readonly #origin: string;

  constructor(lab: Lab, service: ProcessName, person: string) {
    this.#agent = new Agent({ connect: { ...lab.config.personTls(person) } });
    this.#origin = `https://127.0.0.1:${String(lab.config.ports[service])}`;
    lab.disposer.add(() => this.#agent.close());
  }

  get<T>(path: string): Promise<T> {
    return this.#send<T>('GET', path, {});
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
    const answer = await request(`${this.#origin}${path}`, { method, dispatcher: this.#agent, ...options });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${String(answer.statusCode)} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
