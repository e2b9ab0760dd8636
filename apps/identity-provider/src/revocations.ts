import { Injectable } from '@nestjs/common';

/** People whose tokens have been ended, whatever session they are of. Who has been restored logs in again. */
@Injectable()
export class Revocations {
  /** Staff id to the second, of real time, up to which tokens were given in vain; `Infinity` while revoked. */
  readonly #until = new Map<string, number>();

  revoke(staffId: string): void {
    this.#until.set(staffId, Infinity);
  }

  /** @param nowSeconds seconds since the epoch: what was given before stays ended */
  restore(staffId: string, nowSeconds: number): void {
    if (this.#until.has(staffId)) this.#until.set(staffId, nowSeconds);
  }

  isRevoked(staffId: string): boolean {
    return this.#until.get(staffId) === Infinity;
  }

  /** @param issuedAt claim `iat`, seconds since the epoch */
  covers(staffId: string, issuedAt: number): boolean {
    return issuedAt <= (this.#until.get(staffId) ?? -1);
  }
}
