import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freePortBase, isAlive, StackHome } from '@probity/local-stack';
import { KafkaLog } from '@probity/messaging';
import {
  loadStackConfig,
  PersonaSessions,
  type Credentials,
  type DatabaseName,
  type ProcessName,
  type StackConfig,
} from '@probity/platform';
import pg from 'pg';
import { Agent, request } from 'undici';
import { NodeProcess, type ProcessEnd } from './node-process.js';

/** A request to a service of the stack. */
export interface Call {
  process: ProcessName;
  /** A persona or the operator; null is nobody. */
  as: string | null;
  method?: 'GET' | 'POST' | 'PUT';
  path: string;
  /** Sent as JSON. */
  content?: unknown;
  /** Sent as it is, instead of `content`. */
  body?: Readable;
  contentType?: string;
  /** Further headers. */
  headers?: object;
  /** Instead of the process's own, for a second one of its kind. */
  port?: number;
}

/** What a service answered. */
export interface Answer {
  status: number;
  /** The body read as JSON; null when it is none. */
  body: { code?: string; id?: string; [member: string]: unknown } | null;
}

/** A number for every band and their sum. */
export interface BandCounts {
  RED: number;
  AMBER: number;
  GREEN: number;
  total: number;
}

/** What `probity matrix summary --json` prints. */
export interface MatrixSummary {
  asAt: string;
  total: number;
  boroughs: ({ borough: string } & BandCounts)[];
}

const CLI = 'apps/cli/src/main.js';

/** A store of its own in a temporary folder, with the ways in that people, services and administrators have. */
export class Store {
  /** Holds the store's home, and beside it whatever a test writes. */
  readonly folder: string;
  readonly home: StackHome;
  readonly env: NodeJS.ProcessEnv;
  readonly #clients: pg.Client[] = [];
  readonly #logs: KafkaLog[] = [];
  #people: PersonaSessions | undefined;

  private constructor(portBase: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'probity-e2e-'));
    this.home = new StackHome(join(this.folder, 'home'));
    this.env = { ...process.env, PROBITY_HOME: this.home.root, PROBITY_PORT_BASE: String(portBase) };
  }

  /** A new store on ports that are free just now; nothing runs yet. */
  static async create(): Promise<Store> {
    return new Store(await freePortBase());
  }

  /** Whom the identity provider of this store knows. */
  get people(): PersonaSessions {
    return (this.#people ??= new PersonaSessions(
      this.config,
      () => performance.timeOrigin + performance.now(),
    ));
  }

  get config(): StackConfig {
    return loadStackConfig(this.env);
  }

  /** A path outside the store's home. */
  outside(...segments: string[]): string {
    const path = join(this.folder, ...segments);
    mkdirSync(join(path, '..'), { recursive: true });
    return path;
  }

  /** Runs the command line as a person would and waits for its end. */
  async probity(...args: string[]): Promise<ProcessEnd> {
    return this.startProbity(...args).ended;
  }

  /** Starts the command line without waiting. */
  startProbity(...args: string[]): NodeProcess {
    return NodeProcess.start(CLI, args, this.env);
  }

  /** What a command prints with `--json`. @throws Error with its words when its exit code is not 0 */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.probity(...args, '--json');
    if (code !== 0) throw new Error(`probity ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  async matrixSummary(): Promise<MatrixSummary> {
    return this.json<MatrixSummary>('matrix', 'summary');
  }

  /** Sends a request over TLS and reads the answer to its end. With a new token once more when the old one was refused. */
  async call(call: Call): Promise<Answer> {
    const answer = await this.#callWith(call, await this.people.of(call.as ?? 'operator'));
    if (answer.body?.code !== 'ACC-007' || call.body !== undefined || call.as === null) return answer;
    return this.#callWith(call, await this.people.of(call.as, { fresh: true }));
  }

  async #callWith(
    { process: name, as, method = 'GET', path, content, body, contentType, headers = {}, port }: Call,
    { tls, authorization }: Credentials,
  ): Promise<Answer> {
    const { config } = this;
    const agent = new Agent({ connect: as === null ? { ca: tls.ca } : { ...tls } });
    try {
      const answer = await request(`https://127.0.0.1:${String(port ?? config.ports[name])}${path}`, {
        method,
        dispatcher: agent,
        headers: {
          'content-type': contentType ?? 'application/json',
          ...(authorization === null || as === null ? {} : { authorization }),
          ...headers,
        },
        body: body ?? (content === undefined ? null : JSON.stringify(content)),
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, body: jsonOf(text) };
    } finally {
      await agent.destroy();
    }
  }

  /** A connection in a role of the stack, by default the server's administrator; closed with {@link disconnect}. */
  async connect(database: DatabaseName, role = 'probity_admin'): Promise<pg.Client> {
    const client = new pg.Client(this.config.pg(role, database));
    // A server that is killed in a test ends the connection; whoever uses it then is told by the query.
    client.on('error', () => undefined);
    this.#clients.push(client);
    await client.connect();
    return client;
  }

  /** Rows of one statement, as the server's administrator. */
  async rows<T extends pg.QueryResultRow>(
    database: DatabaseName,
    sql: string,
    values: unknown[] = [],
  ): Promise<T[]> {
    const client = await this.connect(database);
    try {
      return (await client.query<T>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** The log as a principal of the broker; closed with {@link disconnect}. */
  logAs(principal: string): KafkaLog {
    const log = new KafkaLog({ clientId: 'e2e', connection: this.config.kafka(principal) });
    this.#logs.push(log);
    return log;
  }

  /** Process numbers of everything that the stack has started, the supervisor included, by name. */
  pids(): Map<string, number> {
    const folder = this.home.path('run');
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return new Map(
      names.map((name) => {
        const { pid } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { pid: number };
        return [name.slice(0, -'.json'.length), pid];
      }),
    );
  }

  /** Closes every connection of the test. */
  async disconnect(): Promise<void> {
    await Promise.allSettled(this.#clients.splice(0).map((client) => client.end()));
    await Promise.allSettled(this.#logs.splice(0).map((log) => log.close()));
  }

  /** Closes every connection and removes the folder; nothing may run from it any more. */
  async remove(): Promise<void> {
    await this.disconnect();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Names of the processes that still run. */
export function alive(pids: ReadonlyMap<string, number>): string[] {
  return [...pids].filter(([, pid]) => isAlive(pid)).map(([name]) => name);
}

function jsonOf(text: string): Answer['body'] {
  try {
    return JSON.parse(text) as Answer['body'];
  } catch {
    return null;
  }
}
