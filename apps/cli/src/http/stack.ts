import { ConfigError, loadStackConfig, type ProcessName, type StackConfig } from '@probity/platform';
import { CommandError, EXIT } from '../exit-code.js';
import type { LoginAccess } from '../identity/login-session.js';
import { StackPeople, whoActs, type People } from '../identity/people.js';
import { ServiceClient, type CredentialsSource } from './service-client.js';

/** What the command line needs of a stack. */
export type StackAccess = LoginAccess & Pick<StackConfig, 'ports' | 'synthetic' | 'clockMode'>;

/** Who runs the stack, and is no person whose role it is. */
const OPERATOR = 'operator';

/** A local stack and the people who may speak to it. Connections are made when first used and ended by {@link close}. */
export class Stack {
  private readonly clients = new Map<string, ServiceClient>();

  /**
   * @param people those who may speak to it
   * @param as value of `--as`
   */
  constructor(
    readonly config: StackAccess,
    readonly people: People,
    private readonly as?: string,
  ) {}

  /**
   * The stack of `PROBITY_HOME` and `PROBITY_PORT_BASE`.
   *
   * @param as value of `--as`
   * @throws CommandError with exit code 3 when there is none
   */
  static fromEnvironment(env: NodeJS.ProcessEnv, as?: string): Stack {
    const config = withoutConfigError(() => loadStackConfig(env));
    return new Stack(config, new StackPeople(config), as);
  }

  /**
   * A service as one who is named.
   *
   * @param person `operator`, or a persona, e.g. `central-1`; requests as a persona are refused on a store of real data
   * @param port where the process listens, when not at its usual port
   */
  service(process: ProcessName, person: string, port: number = this.config.ports[process]): ServiceClient {
    const { people } = this;
    return this.client(process, port, person, () =>
      person === OPERATOR ? people.operator : people.persona(person),
    );
  }

  /**
   * A service as whoever acts: whom `--as` names, else whoever is logged in, else on a synthetic store the one who would do it.
   *
   * @param usual the persona who would do it
   * @throws CommandError with exit code 1 when a store of real data has nobody logged in
   */
  acting(process: ProcessName, usual: string): ServiceClient {
    const { people, as, config } = this;
    return this.client(process, config.ports[process], `acting:${usual}`, () =>
      whoActs(people, as, usual, config.synthetic),
    );
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map(async (client) => client.close()));
    this.clients.clear();
  }

  private client(
    process: ProcessName,
    port: number,
    who: string,
    credentials: () => CredentialsSource,
  ): ServiceClient {
    const key = `${who}@${port}`;
    const known = this.clients.get(key);
    if (known !== undefined) return known;
    const client = new ServiceClient(process, `https://127.0.0.1:${port}`, credentials());
    this.clients.set(key, client);
    return client;
  }
}

function withoutConfigError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(EXIT.notReady, error.message);
    throw error;
  }
}
