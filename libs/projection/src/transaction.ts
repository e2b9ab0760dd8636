import pg from 'pg';

/**
 * Lends a connection of the pool for some work. A connection that dies while it is lent is not an event that nobody hears: the
 * query under way rejects, and the pool drops the connection.
 */
export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

/** Runs work in one transaction; any error undoes it. A connection that fails to undo is dropped, and the server undoes it. */
export function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withClient(pool, async (client) => {
    await client.query('begin');
    try {
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: unknown) => {
        client.emit('error', failure);
      });
      throw error;
    }
  });
}

/** Whether the database refused rows for what they are (SQLSTATE classes 22 and 23), which trying again does not change. */
export function isRefusedData(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}

/** Why the database refused rows: the name of the constraint, which is code, never the row. */
export function refusalOf(error: pg.DatabaseError): string {
  return `the read model refuses the row: ${error.constraint ?? error.code ?? 'unnamed'}`;
}
