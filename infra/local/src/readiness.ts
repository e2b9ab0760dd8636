import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { StackHome } from './home.js';
import { LOOPBACK } from './ports.js';

/** What a process answers to `/health/ready`. */
export interface ReadyAnswer {
  /** False too when it does not answer. */
  ready: boolean;
  /** Whether anything answered. */
  reached: boolean;
  /** The probes that are not ready, in a few words; empty when all are. */
  detail: string;
}

/** Bound on one question, in ms of real time. */
const ANSWER_LIMIT_MS = 5_000;

/** Asks a process of a stack whether it is ready; needs the store's authority and no certificate. */
export async function askReady(home: StackHome, port: number): Promise<ReadyAnswer> {
  const silent: ReadyAnswer = { ready: false, reached: false, detail: 'does not answer' };
  let ca: string;
  try {
    ca = readFileSync(home.caFile, 'utf8');
  } catch {
    return silent;
  }
  return new Promise((resolve) => {
    const options = {
      host: LOOPBACK,
      port,
      path: '/health/ready',
      ca,
      timeout: ANSWER_LIMIT_MS,
      agent: false,
    } as const;
    const asked = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({
          ready: response.statusCode === 200,
          reached: true,
          detail: detailOf(Buffer.concat(parts)),
        });
      });
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => {
      resolve(silent);
    });
    asked.end();
  });
}

/** The parts of an answer that say what is missing. */
export function detailOf(body: Buffer): string {
  try {
    const { probes } = JSON.parse(body.toString('utf8')) as {
      probes?: { name: string; ready: boolean; detail: string }[];
    };
    const missing = (probes ?? []).filter((probe) => !probe.ready);
    return missing.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
  } catch {
    return 'answers in a way that cannot be read';
  }
}
