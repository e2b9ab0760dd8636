import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { VaultRefused, VaultUnavailable } from './vault-errors.js';

/** PEM texts for mutual TLS. */
export interface ClientTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const CONNECTIONS = 8;
/** Shorter than the server's, so that the client ends an idle connection and never writes into a closed one. */
const KEEP_ALIVE_MS = 30_000;
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 1000;
/** Answers that say "not now": the vault or its database is starting or stopping. */
const TRANSIENT = new Set([502, 503, 504]);

/**
 * JSON over HTTPS with mutual TLS and kept-alive connections. A call that meets no vault is repeated with growing,
 * jittered pauses until its deadline: every route of the vault that it serves may be called twice without harm.
 */
export class VaultTransport {
  readonly #agent: Agent;

  constructor(
    private readonly url: string,
    tls: ClientTls,
    private readonly deadlineMs: number,
  ) {
    // Sessions are not resumed: a resumed TLS 1.3 session carries no certificate, and the vault would not know us.
    const connect = { ...tls, maxCachedSessions: 0 };
    this.#agent = new Agent({ connections: CONNECTIONS, connect, keepAliveTimeout: KEEP_ALIVE_MS });
  }

  /** @throws VaultRefused for an answer of 400 to 499; VaultUnavailable when the deadline passes without an answer. */
  post(path: string, payload: unknown): Promise<unknown> {
    return this.#call(path, JSON.stringify(payload));
  }

  /** @throws as {@link post} does */
  get(path: string): Promise<unknown> {
    return this.#call(path, null);
  }

  async #call(path: string, text: string | null): Promise<unknown> {
    const endsAt = performance.now() + this.deadlineMs;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#attempt(path, text, endsAt);
      if (typeof outcome !== 'string') return outcome.body;
      const longest = Math.min(FIRST_PAUSE * 2 ** attempt, LONGEST_PAUSE);
      const wait = randomInt(Math.ceil(longest / 2), longest + 1);
      if (performance.now() + wait >= endsAt) throw new VaultUnavailable(outcome);
      await pause(wait);
    }
  }

  /** End all connections. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  /** The reply, or the code of a failure that is worth another attempt. */
  async #attempt(path: string, text: string | null, endsAt: number): Promise<Reply | string> {
    let reply: Reply;
    try {
      reply = await this.#exchange(path, text, Math.max(1, Math.ceil(endsAt - performance.now())));
    } catch (error) {
      return failureCode(error);
    }
    if (TRANSIENT.has(reply.status)) return `status ${String(reply.status)}`;
    if (reply.status >= 400) throw refusal(reply);
    return reply;
  }

  async #exchange(path: string, text: string | null, remainingMs: number): Promise<Reply> {
    const response = await request(new URL(path, this.url), {
      dispatcher: this.#agent,
      ...(text === null
        ? { method: 'GET', headers: { accept: 'application/json' } }
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json', accept: 'application/json' },
            body: text,
          }),
      signal: AbortSignal.timeout(remainingMs),
    });
    const body = await response.body.text();
    return { status: response.statusCode, body: parse(body) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function refusal(reply: Reply): VaultRefused {
  const problem = (reply.body ?? {}) as { code?: unknown; title?: unknown; remedy?: unknown };
  const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
  const remedy = typeof problem.remedy === 'string' ? problem.remedy : undefined;
  return new VaultRefused(
    reply.status,
    text(problem.code, `HTTP-${String(reply.status)}`),
    text(problem.title, 'no title'),
    remedy,
  );
}

function failureCode(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'failure';
}
