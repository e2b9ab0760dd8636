import type { Pool } from 'pg';
import type { AppendSessions } from './append-queue.js';

/** Sessions of a pool. */
export function poolSessions(pool: Pool): AppendSessions {
  // A connection that breaks while it is lent out tells its error twice; unheard, the second would end the process.
  const ignore = (): void => undefined;
  return {
    async connect() {
      const client = await pool.connect();
      client.on('error', ignore);
      return {
        query: (text, values) => client.query(text, values),
        release: (failure) => {
          client.off('error', ignore);
          client.release(failure);
        },
      };
    },
  };
}
