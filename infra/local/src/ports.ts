import { createServer } from 'node:net';
import type { PortName } from '@probity/platform';
import { METRICS_PORT_OFFSET, PORT_OFFSETS } from '@probity/platform';
import { StackError } from './stack-error.js';

/** Everything listens here and nowhere else. */
export const LOOPBACK = '127.0.0.1';

/** A listener of the stack. */
export type Listener = PortName;

/** TCP port of every listener, 1024 to 65535. */
export type StackPorts = Record<Listener, number>;

/**
 * Ports of a stack.
 *
 * @param base first port, an integer of 1024 to 65400 (`PROBITY_PORT_BASE`, by default 4100)
 * @throws StackError when the base is out of bounds
 */
export function portsFrom(base: number): StackPorts {
  if (!Number.isInteger(base) || base < 1024 || base > 65_400) {
    throw new StackError(
      `PROBITY_PORT_BASE must be a whole number from 1024 to 65400: set it to a free range such as 4100.`,
    );
  }
  const entries = Object.entries(PORT_OFFSETS).map(([name, offset]) => [name, base + offset] as const);
  return Object.fromEntries(entries) as StackPorts;
}

/** Port on which a process of the stack serves its metrics (plain HTTP, loopback). */
export function metricsPort(mainPort: number): number {
  return mainPort + METRICS_PORT_OFFSET;
}

/** Reads `PROBITY_PORT_BASE`; 4100 where it is not set. */
export function portBaseOf(env: NodeJS.ProcessEnv): number {
  const text = env['PROBITY_PORT_BASE'];
  return text === undefined || text === '' ? 4100 : Number(text);
}

/** Whether nothing listens on the port. */
async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}

/**
 * Refuses to go on while any wanted port is taken, before anything is started.
 *
 * @param wanted what each port is for, and the port
 * @throws StackError that names every port in use
 */
export async function assertPortsFree(wanted: ReadonlyMap<string, number>): Promise<void> {
  const taken: string[] = [];
  for (const [purpose, port] of wanted) {
    if (!(await isPortFree(port))) taken.push(`${String(port)} (${purpose})`);
  }
  if (taken.length === 0) return;
  const noun = taken.length === 1 ? 'Port' : 'Ports';
  throw new StackError(
    `${noun} ${taken.join(', ')} already in use: stop what listens there, or set PROBITY_PORT_BASE to another free range such as 5100.`,
  );
}

/**
 * A base above which all ports of a stack are free just now; for test runs, which pick their own. It stays below the ports
 * that systems give to outgoing connections, which come and go.
 */
export async function freePortBase(first = 10_000, last = 32_000, step = 200): Promise<number> {
  const slots = Math.floor((last - first) / step);
  const start = process.pid % slots;
  for (let i = 0; i < slots; i += 1) {
    const base = first + ((start + i * 7) % slots) * step;
    const ports = Object.values(portsFrom(base));
    const free = await Promise.all(ports.map(isPortFree));
    if (free.every(Boolean)) return base;
  }
  throw new StackError('No free range of ports was found: stop other stacks and try again.');
}
