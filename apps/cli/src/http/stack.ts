import {
  ConfigError,
  loadStackConfig,
  PersonaSessions,
  type ProcessName,
  type StackConfig,
} from '@probity/platform';
import { CommandError, EXIT } from '../exit-code.js';
import { ServiceClient } from './service-client.js';
import type { CredentialsSource } from './service-client.js';

/** What the command line needs of a stack. */
export type StackAccess = Pick<StackConfig, 'ports' | 'paths' | 'synthetic' | 'clockMode'> & {
  /** What is shown as a person: a persona of the identity provider, or the operator. */
  credentialsOf(person: string): CredentialsSource;
};

/** A local stack and the people who may speak to it. Connections are made when first used and ended by {@link close}. */
export class Stack {
  private readonly clients = new Map<string, ServiceClient>();

  constructor(readonly config: StackAccess) {}

  /**
   * The stack of `PROBITY_HOME` and `PROBITY_PORT_BASE`.
   *
   * @throws CommandError with exit code 3 when there is none
   */
  static fromEnvironment(env: NodeJS.ProcessEnv): Stack {
    const config = withoutConfigError(() => loadStackConfig(env));
    const personas = new PersonaSessions(config, () => performance.timeOrigin + performance.now());
    return new Stack({ ...config, credentialsOf: (person) => (options) => personas.of(person, options) });
  }

  /**
   * A service as one person.
   *
   * @param person a persona, e.g. `officer-E09000012`, `central-1`, or `operator`
   * @param port where the process listens, when not at its usual port
   */
  service(process: ProcessName, person: string, port: number = this.config.ports[process]): ServiceClient {
    const key = `${person}@${port}`;
    const known = this.clients.get(key);
    if (known !== undefined) return known;
    const client = new ServiceClient(process, `https://127.0.0.1:${port}`, this.config.credentialsOf(person));
    this.clients.set(key, client);
    return client;
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map(async (client) => client.close()));
    this.clients.clear();
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
