import { request } from 'node:https';
import type { Agent } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { TlsMaterial } from '../src/config/stack-config.js';

/** What came back. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: Record<string, unknown>;
}

/** How a test asks. */
export interface Question {
  method?: string;
  body?: unknown;
  /** Sent as it is instead of `body`. */
  raw?: string | Buffer;
  headers?: Record<string, string>;
  tls?: Partial<TlsMaterial>;
  /** Keeps TLS sessions between requests; without one each request begins a session of its own. */
  agent?: Agent;
}

/** Makes one request on a connection of its own. */
export async function ask(url: string, ca: string, question: Question = {}): Promise<Answer> {
  const payload = question.raw ?? (question.body === undefined ? undefined : JSON.stringify(question.body));
  const headers: Record<string, string> = { ...question.headers };
  if (question.body !== undefined) headers['content-type'] ??= 'application/json';
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method: question.method ?? 'GET', headers, agent: question.agent ?? false, ...question.tls, ca },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) });
        });
      },
    );
    sent.on('error', reject);
    sent.end(payload);
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
