import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigError, STACK_CONFIG } from '@probity/platform';
import type { StackConfig } from '@probity/platform';

/** People whose tokens have been ended, whatever session they are of, also after a restart. Who has been restored logs in again. */
@Injectable()
export class Revocations {
  readonly #path: string;
  /** Staff id to the second, of real time, up to which tokens were given in vain; `Infinity` while revoked. */
  readonly #until: Map<string, number>;

  /** @throws ConfigError when the file is there and cannot be read: nobody is let in again by a broken file */
  constructor(@Inject(STACK_CONFIG) { home }: Pick<StackConfig, 'home'>) {
    this.#path = join(home, 'keys', 'identity', 'revoked.json');
    this.#until = existsSync(this.#path) ? read(this.#path) : new Map<string, number>();
  }

  revoke(staffId: string): void {
    this.#until.set(staffId, Infinity);
    this.#keep();
  }

  /** @param nowSeconds seconds since the epoch: what was given before stays ended */
  restore(staffId: string, nowSeconds: number): void {
    if (!this.#until.has(staffId)) return;
    this.#until.set(staffId, nowSeconds);
    this.#keep();
  }

  isRevoked(staffId: string): boolean {
    return this.#until.get(staffId) === Infinity;
  }

  /** @param issuedAt claim `iat`, seconds since the epoch */
  covers(staffId: string, issuedAt: number): boolean {
    return issuedAt <= (this.#until.get(staffId) ?? -1);
  }

  #keep(): void {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    // JSON has no infinity: null stands for it.
    writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#until)), { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function read(path: string): Map<string, number> {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number | null>;
    return new Map(Object.entries(kept).map(([staffId, second]) => [staffId, second ?? Infinity]));
  } catch {
    throw new ConfigError(`The file ${path} does not say who is revoked`, 'restore it, or write {} into it');
  }
}
