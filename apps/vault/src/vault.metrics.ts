import { Injectable } from '@nestjs/common';
import { metrics } from '@probity/platform';
import { Counter } from 'prom-client';

/** Figures of the vault. Labels are services, families and reasons; never ids. */
@Injectable()
export class VaultMetrics {
  private readonly issued = counter('probity_vault_keys_issued_total', 'Data keys made.', [
    'service',
    'family',
  ]);
  private readonly leased = counter('probity_vault_leases_total', 'Subkeys leased.', ['service']);
  private readonly refused = counter(
    'probity_vault_leases_refused_total',
    'Subkeys asked for and not leased.',
    ['service', 'reason'],
  );

  keysIssued(service: string, family: string, count: number): void {
    this.issued.inc({ service, family }, count);
  }

  leases(service: string, count: number): void {
    this.leased.inc({ service }, count);
  }

  /** @param reason `group` is not leased at all; `absent` is unknown or destroyed; `foreign` is not for the service. */
  leasesRefused(service: string, reason: 'group' | 'absent' | 'foreign', count: number): void {
    if (count > 0) this.refused.inc({ service, reason }, count);
  }
}

function counter(name: string, help: string, labelNames: readonly string[]): Counter {
  const known = metrics().getSingleMetric(name);
  return known instanceof Counter ? known : new Counter({ name, help, labelNames, registers: [metrics()] });
}
