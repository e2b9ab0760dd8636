import { ConfigError, loadStackConfig, type ProcessName, type StackConfig } from '@probity/platform';
import { CommandError, EXIT } from '../exit-code.js';
import { ServiceClient } from './service-client.js';

/** What the command line needs of a stack's configuration. */
export type StackAccess = Pick<StackConfig, 'ports' | 'paths' | 'synthetic' | 'clockMode' | 'personTls'>;

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
    return new Stack(withoutConfigError(() => loadStackConfig(env)));
  }

  /**
   * A service as one person.
   *
   * @param person name of a certificate, e.g. `officer-E09000012`, `central-1`, `operator`
   * @param port where the process listens, when not at its usual port
   * @throws CommandError with exit code 3 when the person has no certificate in this stack
   */
  service(process: ProcessName, person: string, port: number = this.config.ports[process]): ServiceClient {
    const key = `${person}@${port}`;
    const known = this.clients.get(key);
    if (known !== undefined) return known;
    const tls = withoutConfigError(() => this.config.personTls(person));
    const client = new ServiceClient(process, `https://127.0.0.1:${port}`, tls);
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
