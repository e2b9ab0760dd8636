import type { VaultPool } from '../database/vault-pool.js';
import type { EpochSession } from './epoch.repository.js';

/** Advisory lock of whoever changes epochs; `pepo` in ASCII, any number that nobody else uses. */
const LOCK = 0x7065706f;

/**
 * Do something with the session that holds the lock on epochs: of two vaults only one makes, rewraps and destroys. All
 * of it goes through that session, so that whoever loses the lock loses the means as well.
 *
 * @param wait for whoever holds it now; otherwise null is answered at once
 */
export async function withRotationLock<T>(
  pool: VaultPool,
  wait: boolean,
  work: (session: EpochSession) => Promise<T>,
): Promise<T | null> {
  const session = await pool.connect();
  let isBroken = true;
  // The statement that is under way tells of a lost session; an error that nobody hears would end the process.
  session.on('error', ignore);
  try {
    const taken = wait
      ? await session.query('SELECT pg_advisory_lock($1), true AS held', [LOCK])
      : await session.query('SELECT pg_try_advisory_lock($1) AS held', [LOCK]);
    if ((taken.rows[0] as { held: boolean }).held) {
      const result = await work(session);
      await session.query('SELECT pg_advisory_unlock($1)', [LOCK]);
      isBroken = false;
      return result;
    }
    isBroken = false;
    return null;
  } finally {
    session.off('error', ignore);
    // A session that failed ends, and its lock with it.
    session.release(isBroken);
  }
}

function ignore(): void {
  // See where it is registered.
}
