import type { Server, Socket } from 'node:net';

/**
 * Keeps track of a server's connections, also of those that have not got through the TLS handshake, which the server
 * itself would wait for when it stops.
 *
 * @returns a function that cuts every connection that is open
 */
export function trackConnections(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}
