import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { randomBytes } from 'node:crypto';
import type { StackConfig } from '@probity/platform';

/** The vault as far as governance needs it: lends the key of a month of the log of looks, or does not. */
export class KeyLender {
  /** 32 bytes. */
  readonly subkey = randomBytes(32);
  readonly recordId = '5f0c3c1e-2b7d-8c7e-9f3a-000000000011';

  private constructor(private readonly server: Server) {}

  /** Listens where the vault of a configuration would. */
  static async start({ ports, serviceTls }: StackConfig): Promise<KeyLender> {
    const server = createServer({ ...serviceTls('vault'), requestCert: true });
    const lender = new KeyLender(server);
    server.on('request', (request, response) => {
      request.resume().once('end', () => {
        const { recordId, subkey } = lender;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ recordId, dekVersion: 1, subkey: subkey.toString('base64url') }));
      });
    });
    await new Promise<void>((resolve) => server.listen(ports.vault, '127.0.0.1', resolve));
    return lender;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
