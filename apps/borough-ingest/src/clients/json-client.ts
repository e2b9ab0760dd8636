import type { TlsMaterial } from '@probity/platform';
import { ProblemError } from '@probity/platform';
import { Agent, request } from 'undici';

/** JSON to another service of the stack, over mutual TLS as this service. Nothing is repeated here. */
export class JsonClient {
  readonly #agent: Agent;

  constructor(
    private readonly service: string,
    private readonly origin: string,
    tls: TlsMaterial,
  ) {
    this.#agent = new Agent({
      connect: { ...tls, timeout: 5_000 },
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
    });
  }

  /**
   * @throws ProblemError 503 when the service does not answer, or the service's own refusal passed on.
   */
  async call<Answer>(method: 'GET' | 'POST', path: string, payload?: unknown): Promise<Answer> {
    const { status, body } = await this.#exchange(method, path, payload);
    if (status < 400) return body as Answer;
    const problem = (body ?? {}) as { code?: string; title?: string; detail?: string; remedy?: string };
    throw new ProblemError({
      status,
      code: problem.code ?? `HTTP-${String(status)}`,
      title: problem.title ?? `${this.service} refused`,
      detail: problem.detail ?? `${this.service} answered ${String(status)}.`,
      ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
    });
  }

  /** End all connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #exchange(
    method: 'GET' | 'POST',
    path: string,
    payload: unknown,
  ): Promise<{ status: number; body: unknown }> {
    try {
      const response = await request(new URL(path, this.origin), {
        dispatcher: this.#agent,
        method,
        headers: {
          accept: 'application/json',
          ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: payload === undefined ? null : JSON.stringify(payload),
      });
      return { status: response.statusCode, body: await response.body.json().catch(() => null) };
    } catch {
      throw new ProblemError({
        status: 503,
        code: 'SVC-001',
        title: 'A service does not answer',
        detail: `${this.service} does not answer.`,
        remedy: 'See probity status; the request can be sent again.',
      });
    }
  }
}
