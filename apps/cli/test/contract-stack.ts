import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Credentials, TlsMaterial } from '@probity/platform';
import type { StackAccess } from '../src/http/stack.js';
import { Stack } from '../src/http/stack.js';
import type { People } from '../src/identity/people.js';
import { issueCertificates } from './certificates.js';

/** A request as the services saw it. */
export interface SeenRequest {
  /** Common name of the client's certificate. */
  person: string;
  /** The access token that came with it; null for the operator, who is known by the certificate. */
  token: string | null;
  method: string;
  path: string;
  body: string;
}

/** What a service answers; a text is sent as it is, anything else as JSON. */
export interface Answer {
  status: number;
  body?: unknown;
}

/** Plays the services: what it returns is sent, null breaks the connection. */
export type Play = (request: SeenRequest) => Answer | null;

const PEOPLE = [
  'central-1',
  'central-2',
  'auditor',
  'operator',
  'officer-E09000002',
  'officer-E09000003',
  'officer-E09000004',
];

/** The services' side of the HTTP contract on one mutual TLS port of the loopback, with a stack folder that points at it. */
export class ContractStack {
  readonly seen: SeenRequest[] = [];
  /** Who is logged in on the machine. */
  loggedIn: string | null = null;
  play: Play = () => ({ status: 404, body: {} });

  private constructor(
    readonly home: string,
    readonly port: number,
    private readonly server: Server,
    private readonly certificates: Map<string, TlsMaterial>,
  ) {}

  static async start(): Promise<ContractStack> {
    const certificates = await issueCertificates(['server', ...PEOPLE]);
    const server = createServer({
      ...certificates.get('server'),
      requestCert: true,
      rejectUnauthorized: true,
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const home = mkdtempSync(join(tmpdir(), 'probity-cli-'));
    const stack = new ContractStack(home, (server.address() as AddressInfo).port, server, certificates);
    server.on('request', (request, response) => {
      stack.answer(request, response).catch((error: NodeJS.ErrnoException) => {
        // A request that its sender breaks off is answered by nobody.
        if (error.code !== 'ECONNRESET') throw error;
      });
    });
    mkdirSync(join(home, 'run'));
    stack.setClock('2026-11-01T09:00:00.000Z');
    return stack;
  }

  /** The stack as a command opens it. */
  open(change: Partial<StackAccess> = {}, as?: string): Stack {
    const ports = new Proxy({}, { get: () => this.port }) as StackAccess['ports'];
    const paths = {
      clock: join(this.home, 'clock.json'),
      run: join(this.home, 'run'),
    } as StackAccess['paths'];
    const fixed = { ports, paths, issuer: 'https://127.0.0.1:1', issuerCa: () => '' };
    const config: StackAccess = { ...fixed, synthetic: true, clockMode: 'controlled', ...change };
    return new Stack(config, this.people(), as);
  }

  private people(): People {
    const person = (name: string) => async (): Promise<Credentials> => ({
      tls: this.certificates.get(name)!,
      authorization: name === 'operator' ? null : `Bearer token-of-${name}`,
    });
    return {
      operator: person('operator'),
      persona: person,
      loggedIn: () => (this.loggedIn === null ? null : person(this.loggedIn)),
    };
  }

  setClock(now: string): void {
    writeFileSync(join(this.home, 'clock.json'), JSON.stringify({ now }));
  }

  /** Writes a run file of a process that exists (this one), here or at another port. */
  pretendRunning(process: string, port = this.port, pid = globalThis.process.pid): void {
    writeFileSync(join(this.home, 'run', `${process}.json`), JSON.stringify({ pid, port }));
  }

  /** Paths asked for, with their methods, in their order. */
  requests(): string[] {
    return this.seen.map(({ person, method, path }) => `${person} ${method} ${path}`);
  }

  reset(): void {
    this.seen.length = 0;
    this.loggedIn = null;
    rmSync(join(this.home, 'run'), { recursive: true });
    mkdirSync(join(this.home, 'run'));
    this.setClock('2026-11-01T09:00:00.000Z');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.home, { recursive: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const seen: SeenRequest = {
      person: String((request.socket as TLSSocket).getPeerCertificate().subject.CN),
      token: request.headers.authorization?.replace(/^Bearer /, '') ?? null,
      method: request.method ?? '',
      path: request.url ?? '',
      body: Buffer.concat(pieces).toString('utf8'),
    };
    this.seen.push(seen);
    const answer = this.play(seen);
    if (answer === null) {
      request.socket.destroy();
      return;
    }
    response.statusCode = answer.status;
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}));
  }
}
