import type { Readable } from 'node:stream';
import { ConfigError, IssuerAway } from '@probity/platform';
import type { Credentials } from '@probity/platform';
import { Agent, request, type Dispatcher } from 'undici';
import { CommandError, EXIT } from '../exit-code.js';
import { parseProblem, RefusedError } from './problem.js';

/** Bytes to send, with what the service must know of them. */
export interface Upload {
  contentType: string;
  /** Bytes. */
  length: number;
  body: Readable;
}

/** Gives what a request is made with; `fresh` when what it gave last has been refused. */
export type CredentialsSource = (options?: { fresh: boolean }) => Promise<Credentials>;

/** A service could not be reached or went away while it was being spoken to. Exit code 3. */
export class UnreachableError extends CommandError {
  override readonly name = 'UnreachableError';

  constructor(readonly service: string) {
    super(
      EXIT.notReady,
      `${service} does not answer.`,
      'Start the stack with npm start, or see probity status.',
    );
  }
}

/** A token that has ended, or been ended, is told apart from every other refusal. */
const TOKEN_REFUSED = 'ACC-007';

/**
 * One service over mutual TLS as one person. The service's certificate must come from the stack's own authority.
 * Failed requests are never repeated here: the caller knows what is safe to send twice. Only a request that was not let in for
 * its token is made once more, with a new one.
 */
export class ServiceClient {
  /** By the certificate that they are made with. */
  private readonly agents = new Map<string, Agent>();

  /**
   * @param service its process name, for messages
   * @param origin e.g. `https://127.0.0.1:4101`
   * @param credentials of the person, asked for at each request
   */
  constructor(
    private readonly service: string,
    private readonly origin: string,
    private readonly credentials: CredentialsSource,
  ) {}

  /**
   * Reads a JSON resource. The services are of the same build as this command, so the shape is taken as documented.
   *
   * @throws RefusedError when the service refuses, UnreachableError when it does not answer
   */
  async get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
    return this.parsed<T>(await this.send('GET', path, { headers }));
  }

  /** Sends JSON and reads the JSON answer. Throws as {@link get}. */
  async post<T>(path: string, content: unknown): Promise<T> {
    return this.parsed<T>(await this.send('POST', path, jsonOf(content)));
  }

  /** Sends JSON; what the service answers is not read. Throws as {@link get}. */
  async put(path: string, content: unknown): Promise<void> {
    const answer = await this.send('PUT', path, jsonOf(content));
    await this.reading(answer.body.dump());
  }

  /** Streams bytes. Throws as {@link get}. */
  async upload(path: string, upload: Upload): Promise<void> {
    const headers = { 'content-type': upload.contentType, 'content-length': String(upload.length) };
    const answer = await this.send('PUT', path, { headers, body: upload.body });
    await this.reading(answer.body.dump());
  }

  /** The bytes of a resource as they come; null where the service has none (404). Throws as {@link get} otherwise. */
  async download(path: string): Promise<Readable | null> {
    try {
      return (await this.send('GET', path, {})).body;
    } catch (error) {
      if (error instanceof RefusedError && error.problem.status === 404) return null;
      throw error;
    }
  }

  /** Ends all connections at once; requests under way fail. */
  async close(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.destroy()));
    this.agents.clear();
  }

  private async send(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    options: { headers?: Record<string, string>; body?: Readable | string },
  ): Promise<Dispatcher.ResponseData> {
    const isRepeatable = typeof options.body !== 'object';
    try {
      return await this.sendOnce(method, path, options, await this.shown());
    } catch (error) {
      if (!isRepeatable || !(error instanceof RefusedError) || error.problem.code !== TOKEN_REFUSED)
        throw error;
      return this.sendOnce(method, path, options, await this.shown({ fresh: true }));
    }
  }

  private async sendOnce(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    options: { headers?: Record<string, string>; body?: Readable | string },
    { tls, authorization }: Credentials,
  ): Promise<Dispatcher.ResponseData> {
    const headers = { ...options.headers, ...(authorization === null ? {} : { authorization }) };
    const asked = { ...options, method, headers, dispatcher: this.agentOf(tls) };
    const answer = await this.reading(request(`${this.origin}${path}`, asked));
    if (answer.statusCode < 400) return answer;
    throw new RefusedError(parseProblem(answer.statusCode, await this.reading(answer.body.text())));
  }

  private agentOf(tls: Credentials['tls']): Agent {
    const known = this.agents.get(tls.cert);
    if (known !== undefined) return known;
    const agent = new Agent({
      connect: { ...tls, timeout: 5_000 },
      bodyTimeout: 120_000,
      headersTimeout: 120_000,
    });
    this.agents.set(tls.cert, agent);
    return agent;
  }

  /** @throws CommandError with exit code 3 when nobody says who the person is */
  private async shown(options?: { fresh: boolean }): Promise<Credentials> {
    try {
      return await this.credentials(options);
    } catch (error) {
      if (error instanceof IssuerAway) throw new UnreachableError('The identity provider');
      if (error instanceof ConfigError) throw new CommandError(EXIT.notReady, error.message);
      throw error;
    }
  }

  private async parsed<T>(answer: Dispatcher.ResponseData): Promise<T> {
    const text = await this.reading(answer.body.text());
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new CommandError(EXIT.refused, `${this.service} answered with something that is not JSON.`);
    }
  }

  /** Whatever the network did, what the user can do about it is the same. */
  private async reading<T>(pending: Promise<T>): Promise<T> {
    try {
      return await pending;
    } catch (error) {
      if (isFileFault(error)) throw new CommandError(EXIT.refused, 'The file could not be read to its end.');
      if (isOtherLength(error)) throw changedMeanwhile();
      throw new UnreachableError(this.service);
    }
  }
}

function jsonOf(content: unknown): { headers: Record<string, string>; body: string } {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(content) };
}

/** An upload also fails when its own source does; that is not the service's fault. */
function isFileFault(error: unknown): boolean {
  return ['ENOENT', 'EACCES', 'EISDIR', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** A body that is longer or shorter than was said. */
function isOtherLength(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH';
}

/** What borough-ingest says of a file of the same length and other content. */
function changedMeanwhile(): CommandError {
  return new CommandError(
    EXIT.refused,
    'The file changed while it was being sent.',
    'Import the file again, and do not change it meanwhile.',
    'IMP-002',
  );
}
