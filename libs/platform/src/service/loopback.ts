/** Everything of a local stack listens here and nowhere else. */
export const LOOPBACK = '127.0.0.1';
