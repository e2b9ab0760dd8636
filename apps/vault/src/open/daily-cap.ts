import { Inject, Injectable } from '@nestjs/common';
import { londonDateOf } from '@probity/domain';
import { DomainClock, ProblemError } from '@probity/platform';
import { VaultPool } from '../database/vault-pool.js';

/** People whom one person may open in a day, unless `VAULT_DAILY_CAP` says otherwise: this project's own default. */
const DEFAULT_CAP = 1_000;

/** Bounds how many people one person opens in a day (Europe/London), so that nobody walks out with the list. */
@Injectable()
export class DailyCap {
  readonly #cap: number;

  constructor(
    @Inject(VaultPool) private readonly pool: VaultPool,
    @Inject(DomainClock) private readonly clock: DomainClock,
  ) {
    const text = process.env['VAULT_DAILY_CAP'] ?? '';
    this.#cap = /^\d{1,6}$/.test(text) ? Number(text) : DEFAULT_CAP;
  }

  /** Takes from what is left of the day, before anything is opened. @throws ProblemError 429 ACC-010 when too little is left */
  async take(staffId: string, people: number): Promise<void> {
    const day = londonDateOf(this.clock.now());
    const { rowCount } = await this.pool.query(
      `INSERT INTO vault.opened_today AS o (staff_id, day, people) SELECT $1, $2::date, $3::integer WHERE $3::integer <= $4::integer
       ON CONFLICT (staff_id, day) DO UPDATE SET people = o.people + excluded.people
         WHERE o.people + excluded.people <= $4::integer`,
      [staffId, day, people, this.#cap],
    );
    if (rowCount === 0) throw tooMany(this.#cap);
  }
}

function tooMany(cap: number): ProblemError {
  return new ProblemError({
    status: 429,
    code: 'ACC-010',
    title: 'Too many people for one day',
    detail: `One person opens ${String(cap)} identities a day at most.`,
    rule: 'R-84',
    remedy: 'Ask for fewer, go on tomorrow, or have a colleague look at the rest.',
  });
}
