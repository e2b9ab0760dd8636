import { Inject, Injectable } from '@nestjs/common';
import { deriveSubkey, zeroise } from '@probity/sealing';
import { covers, VAULT_POLICY, type VaultPolicy } from '../access/service-rights.js';
import { DataKeyRepository } from '../keys/data-key.repository.js';
import { DataKeyVault } from '../keys/data-key.vault.js';
import { VaultMetrics } from '../vault.metrics.js';
import type { LeaseReply } from './leases.dto.js';

/** Leases `case` subkeys to services, each for what it may hold. */
@Injectable()
export class LeaseService {
  constructor(
    @Inject(DataKeyRepository) private readonly repository: DataKeyRepository,
    @Inject(DataKeyVault) private readonly vault: DataKeyVault,
    @Inject(VAULT_POLICY) private readonly policy: VaultPolicy,
    @Inject(VaultMetrics) private readonly figures: VaultMetrics,
  ) {}

  /** Subkeys of those records that the service may open; the others are counted and left out, without saying why. */
  async leaseCase(service: string, recordIds: readonly string[]): Promise<LeaseReply[]> {
    const wanted = [...new Set(recordIds.map((recordId) => recordId.toLowerCase()))];
    const rows = await this.repository.findNewest(wanted);
    const rights = this.policy.lease.get(service);
    const own = rows.filter((row) => covers(rights, row.family, row.borough));
    const opened = await Promise.all(
      own.map((row) =>
        this.vault.withKey(row, (dek) => {
          const subkey = deriveSubkey(dek, 'case');
          const lease = {
            recordId: row.recordId,
            dekVersion: row.dekVersion,
            subkey: subkey.toString('base64url'),
          };
          zeroise(subkey);
          return lease;
        }),
      ),
    );
    const leases = opened.filter((lease) => lease !== null);
    this.figures.leases(service, leases.length);
    this.figures.leasesRefused(service, 'absent', wanted.length - rows.length + own.length - leases.length);
    this.figures.leasesRefused(service, 'foreign', rows.length - own.length);
    return leases;
  }
}
