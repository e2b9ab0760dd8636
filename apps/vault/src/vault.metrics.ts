import { Injectable } from '@nestjs/common';
import { metrics } from '@probity/platform';
import type { RotationStep } from './epochs/rotation.js';
import { Counter, Gauge } from 'prom-client';

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
  private readonly rewrapped = counter(
    'probity_vault_keys_rewrapped_total',
    'Keys that were wrapped anew under the next epoch.',
    [],
  );
  private readonly destroyed = counter(
    'probity_vault_epochs_destroyed_total',
    'Key-encryption keys destroyed.',
    [],
  );
  private readonly epoch = gauge('probity_vault_key_epoch', 'Epoch under which new keys are wrapped.');
  private readonly waiting = gauge('probity_vault_rotation_waiting_keys', 'Keys that wait to be rewrapped.');
  private readonly stopped = gauge(
    'probity_vault_rotation_stopped',
    '1 while a rotation cannot verify and waits for a person.',
  );

  private readonly erased = counter('probity_vault_keys_destroyed_total', 'Data keys destroyed.', []);

  private readonly indexed = counter('probity_vault_identities_indexed_total', 'Identities indexed.', []);
  private readonly unindexed = gauge(
    'probity_vault_identities_waiting',
    'Sealed identities that are not searched yet: new, behind a fence, or not to be opened.',
  );

  identitiesIndexed(count: number): void {
    this.indexed.inc(count);
  }

  identitiesWaiting(count: number): void {
    this.unindexed.set(count);
  }

  keysIssued(service: string, family: string, count: number): void {
    this.issued.inc({ service, family }, count);
  }

  keysDestroyed(count: number): void {
    this.erased.inc(count);
  }

  leases(service: string, count: number): void {
    this.leased.inc({ service }, count);
  }

  /** A step of a rotation, and the keys that it moved. */
  rotation(step: RotationStep, keys: number): void {
    if (step === 'batch rewrapped') this.rewrapped.inc(keys);
    if (step === 'ended') this.destroyed.inc();
  }

  /** Where the epochs stand: the current one, keys that wait to be rewrapped, whether a rotation waits for a person. */
  epochs(current: number, waiting: number, isStopped: boolean): void {
    this.epoch.set(current);
    this.waiting.set(waiting);
    this.stopped.set(isStopped ? 1 : 0);
  }

  /** @param reason `group` is not leased at all; `absent` is unknown, destroyed or of a destroyed epoch; `foreign` is not for the service. */
  leasesRefused(service: string, reason: 'group' | 'absent' | 'foreign', count: number): void {
    if (count > 0) this.refused.inc({ service, reason }, count);
  }
}

function counter(name: string, help: string, labelNames: readonly string[]): Counter {
  const known = metrics().getSingleMetric(name);
  return known instanceof Counter ? known : new Counter({ name, help, labelNames, registers: [metrics()] });
}

function gauge(name: string, help: string): Gauge {
  const known = metrics().getSingleMetric(name);
  return known instanceof Gauge ? known : new Gauge({ name, help, registers: [metrics()] });
}
