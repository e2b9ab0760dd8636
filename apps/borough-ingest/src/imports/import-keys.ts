import type { VaultClient } from '@probity/sealing';
import { deriveSubkey, zeroise } from '@probity/sealing';
import type { ImportJob } from './import-job.js';
import type { ImportKey } from './sealed-lines.js';

/** The key of a job: issued with it, leased again from the vault when outcomes are read later. */
export class ImportKeys {
  constructor(private readonly vault: Pick<VaultClient, 'freshKeys' | 'leaseCase'>) {}

  /** A fresh key for a new job. */
  async issue(jobId: string, borough: string): Promise<ImportKey> {
    const [key] = await this.vault.freshKeys({ borough, family: 'import', count: 1 });
    if (!key) throw new Error('the vault issued no key');
    const subkey = deriveSubkey(key.dek, 'case');
    zeroise(key.dek);
    return { jobId, borough, recordId: key.recordId, dekVersion: key.dekVersion, subkey };
  }

  /** The key of an existing job, or null when the vault no longer has it. */
  async lease(job: ImportJob): Promise<ImportKey | null> {
    const lease = (await this.vault.leaseCase([job.keyRecord])).get(job.keyRecord);
    if (lease?.dekVersion !== job.keyVersion) return null;
    return {
      jobId: job.id,
      borough: job.borough,
      recordId: job.keyRecord,
      dekVersion: job.keyVersion,
      subkey: lease.subkey,
    };
  }
}
