import { appsOf, appSpec, secondSpec, type AppName, type SecondApp } from './apps.js';
import { reasonOfDeath } from './autopsy.js';
import { StackChild, type ChildSpec, type Ending } from './child.js';
import { withoutAdminSecrets } from './external.js';
import { StackHome } from './home.js';
import { releaseHome, takeHome } from './lock.js';
import { readManifest } from './manifest.js';
import { migrate, migrationEnv } from './migrations.js';
import { portBaseOf, portsFrom, type StackPorts } from './ports.js';
import { assertMachine, assertStartable } from './preflight.js';
import { silent, type Progress } from './progress.js';
import { askReady } from './readiness.js';
import { waitUntil } from './run-files.js';
import { prepareHome, provideKafka, providePostgres, provideTopics, type ServerPlan } from './servers.js';
import { StackError } from './stack-error.js';

/** Process of a running stack. */
export type ProcessOfStack = AppName | 'postgres' | 'kafka' | SecondApp;

/** How a stack is started. */
export interface StackOptions {
  /** By default the environment of this process; `PROBITY_HOME` and `PROBITY_PORT_BASE` say where the stack lives. */
  env?: NodeJS.ProcessEnv;
  /** Applications to start; by default all. With none, migrations are left out too. */
  apps?: readonly AppName[];
  progress?: Progress;
  /** False makes PostgreSQL skip its waits for the disk; for tests alone. */
  durable?: boolean;
  /**
   * Told when a process has ended that was not asked to; the others then go on. Without it the stack stops. For tests, which
   * start it again as a service manager would.
   */
  onDeath?: (name: ProcessOfStack, ending: Ending) => void;
}

/** Bound on an application's start, in ms of real time. */
const READY_LIMIT_MS = 120_000;

/** Starts the processes of a stack, watches them, and stops them in order: applications, Kafka, PostgreSQL. */
export class Supervisor {
  readonly home: StackHome;
  readonly ports: StackPorts;
  /** What the applications and the command line are given. */
  readonly env: NodeJS.ProcessEnv;
  /** Resolves with the reason when something ended that was not asked to, after everything else has been stopped. */
  readonly failed: Promise<StackError>;
  readonly #children = new Map<string, StackChild>();
  readonly #asked = new Set<StackChild>();
  readonly #options: StackOptions;
  readonly #manifest = readManifest();
  readonly #progress: Progress;
  readonly #stopRequest = new AbortController();
  #reportFailure: (error: StackError) => void = () => undefined;
  #stopping: Promise<void> | undefined;
  #fault: StackError | undefined;
  #holdsHome = false;

  constructor(options: StackOptions = {}) {
    const env = options.env ?? process.env;
    this.#options = options;
    this.#progress = options.progress ?? silent;
    this.home = StackHome.fromEnv(env);
    const base = portBaseOf(env);
    this.ports = portsFrom(base);
    this.env = { ...withoutAdminSecrets(env), PROBITY_HOME: this.home.root, PROBITY_PORT_BASE: String(base) };
    this.failed = new Promise((resolve) => {
      this.#reportFailure = resolve;
    });
  }

  /** Aborted when the stack stops. */
  get stopRequested(): AbortSignal {
    return this.#stopRequest.signal;
  }

  /**
   * Starts everything and returns when every application is ready.
   *
   * @throws StackError that says in one sentence what is wrong and what to do; nothing is left running then
   */
  async start(): Promise<void> {
    try {
      const intent = { ...this.#plan(), apps: this.#apps, boroughs: this.#manifest.boroughs };
      assertMachine(intent);
      await takeHome(this.home, new Date());
      this.#holdsHome = true;
      await assertStartable(intent);
      await this.#startAll();
    } catch (error) {
      await this.stop();
      // What was just being started when the stop began.
      await Promise.all([...this.#children.values()].map((child) => this.#endAsked(child)));
      throw this.#fault ?? error;
    }
  }

  /** Stops everything in order. Safe to call again. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    await this.#stopping;
  }

  /** Kills everything at once; for a second Ctrl-C. */
  async stopHard(): Promise<void> {
    this.#stopRequest.abort();
    await Promise.all([...this.#children.values()].map((child) => this.#endAsked(child, 'SIGKILL')));
    this.#release();
  }

  /** Ends one process with a signal, as a crash would, and leaves the others running. For tests. */
  async kill(name: ProcessOfStack, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#endAsked(this.#child(name), signal);
  }

  /** Starts a second process of an application beside the first, and waits until it is ready. For tests. */
  async startSecond(app: AppName): Promise<SecondApp> {
    const spec = secondSpec(appSpec(app, this.ports, this.#manifest.boroughs, this.env), app);
    this.#launch(spec);
    await this.#awaitReady(spec.name);
    return spec.name;
  }

  /** Starts a process again that was killed, and waits until it is ready. For tests. */
  async restart(name: ProcessOfStack): Promise<void> {
    const child = this.#child(name);
    this.#asked.add(child);
    await child.stop();
    if (name === 'postgres') await providePostgres(this.#plan());
    else if (name === 'kafka') await (await provideKafka(this.#plan())).close();
    else {
      this.#launch(child.spec);
      await this.#awaitReady(name);
    }
  }

  #child(name: ProcessOfStack): StackChild {
    const child = this.#children.get(name);
    if (child === undefined)
      throw new StackError(`${name} is not a process of this stack: see npx probity status.`);
    return child;
  }

  get #apps(): readonly AppName[] {
    return this.#options.apps ?? appsOf(this.env);
  }

  #plan(): ServerPlan {
    return {
      home: this.home,
      ports: this.ports,
      manifest: this.#manifest,
      env: this.#options.env ?? process.env,
      durable: this.#options.durable ?? true,
      now: new Date(),
      progress: this.#progress,
      onStart: (child) => {
        this.#adopt(child);
      },
      signal: this.stopRequested,
    };
  }

  async #startAll(): Promise<void> {
    const plan = this.#plan();
    await prepareHome(this.home, this.#manifest, plan.now);
    this.home.restamp({ portBase: portBaseOf(this.env) });
    // Kafka is the slower one to start; the migrations run meanwhile.
    await allOrFirstFault([this.#provideData(plan), this.#provideLog(plan)]);
    this.#goOn();
    // The vault comes before all others; a small machine is kept busy by two at a time.
    const waiting = [...this.#apps];
    const startNext = async (): Promise<void> => {
      const app = waiting.shift();
      if (app !== undefined) await this.#startApp(app);
    };
    const startRest = async (): Promise<void> => {
      try {
        while (waiting.length > 0) await startNext();
      } finally {
        // A fault of one lane ends the other too.
        waiting.length = 0;
      }
    };
    await startNext();
    await allOrFirstFault([startRest(), startRest()]);
  }

  async #provideData(plan: ServerPlan): Promise<void> {
    const server = await providePostgres(plan);
    this.#goOn();
    if (this.#apps.length === 0) return;
    const env = { ...this.env, ...migrationEnv(this.home, server, this.env['PROBITY_DB_SUFFIX']) };
    await migrate(this.home, env, this.stopRequested, this.#progress);
  }

  async #provideLog(plan: ServerPlan): Promise<void> {
    const admin = await provideKafka(plan);
    try {
      this.#goOn();
      await provideTopics(plan, admin);
    } finally {
      await admin.close();
    }
  }

  async #startApp(app: AppName): Promise<void> {
    this.#goOn();
    this.#progress(`Starting ${app}`);
    this.#launch(appSpec(app, this.ports, this.#manifest.boroughs, this.env));
    await this.#awaitReady(app);
  }

  #launch(spec: ChildSpec): void {
    this.#adopt(StackChild.start(spec, this.home, new Date()));
  }

  #adopt(child: StackChild): void {
    this.#children.set(child.name, child);
    child.hold();
    if (this.stopRequested.aborted) void this.#endAsked(child);
    void child.ended.then((ending) => this.#onEnd(child, ending));
  }

  async #onEnd(child: StackChild, ending: Ending): Promise<void> {
    if (this.#asked.has(child) || this.stopRequested.aborted) return;
    if (this.#options.onDeath !== undefined) {
      this.#options.onDeath(child.name as ProcessOfStack, ending);
      return;
    }
    this.#fault = reasonOfDeath(this.home, child.name, ending);
    await this.stop();
    this.#reportFailure(this.#fault);
  }

  async #awaitReady(app: AppName | SecondApp): Promise<void> {
    const child = this.#child(app);
    let [detail, isHeld] = ['', false];
    const settled = await waitUntil(async () => {
      if (child.ending !== null || this.stopRequested.aborted) return true;
      const answer = await askReady(this.home, child.spec.port ?? 0);
      detail = answer.detail;
      isHeld = answer.held;
      return answer.ready || answer.held;
    }, READY_LIMIT_MS);
    this.#goOn();
    if (child.ending !== null) throw reasonOfDeath(this.home, app, child.ending);
    if (!settled)
      throw new StackError(`${app} did not become ready (${detail}): read ${this.home.logFile(app)}.`);
    // The command that helps needs a running stack, so a process that waits for a person counts as started.
    if (isHeld) this.#progress(`${app} waits for a person: ${detail}`);
  }

  /** @throws StackError when the stack is to stop */
  #goOn(): void {
    if (this.stopRequested.aborted)
      throw new StackError('The start was broken off: run npm start again when you want to.');
  }

  async #stopInOrder(): Promise<void> {
    this.#stopRequest.abort();
    const servers = ['kafka', 'postgres'];
    const apps = [...this.#children.values()].filter((child) => !servers.includes(child.name));
    await Promise.all(apps.map((child) => this.#endAsked(child)));
    for (const name of servers) {
      const child = this.#children.get(name);
      if (child !== undefined) await this.#endAsked(child);
    }
    this.#release();
  }

  async #endAsked(child: StackChild, signal?: NodeJS.Signals): Promise<void> {
    this.#asked.add(child);
    await (signal === undefined ? child.stop() : child.kill(signal));
  }

  #release(): void {
    if (this.#holdsHome) releaseHome(this.home);
    this.#holdsHome = false;
  }
}

/** Waits for all, also when one fails, so that nothing is still starting when the fault is reported. */
async function allOrFirstFault(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const fault = results.find((result) => result.status === 'rejected');
  if (fault !== undefined) throw fault.reason;
}
