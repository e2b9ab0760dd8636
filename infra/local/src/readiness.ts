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
  /** It runs, and what is missing waits for a person: more time does not help. */
  held: boolean;
  /** The probes that are not ready, in a few words, and what a person should know besides; empty when there is neither. */
  detail: string;
}

/** Bound on one question, in ms of real time. */
const ANSWER_LIMIT_MS = 5_000;

/** Asks a process of a stack whether it is ready; needs the store's authority and no certificate. */
export async function askReady(home: StackHome, port: number): Promise<ReadyAnswer> {
  const silent: ReadyAnswer = { ready: false, reached: false, held: false, detail: 'does not answer' };
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
        const body = Buffer.concat(parts);
        resolve({ ready: response.statusCode === 200, reached: true, ...wordsOf(body) });
      });
    });
    asked.once('timeout', () => asked.destroy());
    asked.once('error', () => {
      resolve(silent);
    });
    asked.end();
  });
}

/** The parts of an answer that say what is missing and what to do about it. */
export function wordsOf(body: Buffer): Pick<ReadyAnswer, 'held' | 'detail'> {
  try {
    const { held, probes } = JSON.parse(body.toString('utf8')) as {
      held?: boolean;
      probes?: { name: string; ready: boolean; detail: string; remedy?: string; notice?: string }[];
    };
    const missing = (probes ?? []).filter((probe) => !probe.ready);
    const words = missing.map(({ name, detail, remedy }) =>
      remedy === undefined ? `${name}: ${detail}` : `${name}: ${detail}: ${remedy}`,
    );
    for (const { name, notice } of probes ?? []) if (notice !== undefined) words.push(`${name}: ${notice}`);
    return { held: held === true, detail: words.join('; ') };
  } catch {
    return { held: false, detail: 'answers in a way that cannot be read' };
  }
}
