import type { BrokerAdmin } from '@probity/messaging';
import { StackHome } from './home.js';
import { readManifest, type Expansion, type Manifest } from './manifest.js';
import { portBaseOf, portsFrom } from './ports.js';
import { brokerAdminOf, expansionOf } from './servers.js';
import { driftOf, makeLacking } from './topics.js';

/**
 * Puts back what a running broker has lost of the topic manifest: only who may administer the broker can, and no service may.
 * For an operator on the machine of the stack.
 */
export class BrokerRepair {
  private constructor(
    private readonly admin: BrokerAdmin,
    private readonly manifest: Manifest,
    private readonly expansion: Expansion,
  ) {}

  /** Opens nothing yet. @throws StackError when the environment names brokers that cannot be administered */
  static fromEnv(env: NodeJS.ProcessEnv): BrokerRepair {
    const manifest = readManifest();
    const admin = brokerAdminOf(env, StackHome.fromEnv(env), portsFrom(portBaseOf(env)), manifest);
    return new BrokerRepair(admin, manifest, expansionOf(env));
  }

  /** Sentences saying which topics and rights are not there. */
  async lacking(): Promise<string[]> {
    return (await driftOf(this.admin, this.manifest, this.expansion)).lacking;
  }

  /** Makes them again, empty, with the manifest's settings and rights. @throws StackError when the broker refuses */
  async make(): Promise<void> {
    await makeLacking(this.admin, this.manifest, this.expansion);
  }

  async close(): Promise<void> {
    await this.admin.close();
  }
}
