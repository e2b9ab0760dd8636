import type { AppName } from './apps.js';
import { FIRST_INSTANT, type StackHome } from './home.js';
import { LOOPBACK, type StackPorts } from './ports.js';

/** What is printed once the stack runs: where everything is, and what to try. */
export function welcome(
  home: StackHome,
  ports: StackPorts,
  apps: readonly AppName[],
  seconds: number,
): string {
  const rows = [
    ...apps.map((app) => [app, `https://${LOOPBACK}:${String(ports[app])}`] as const),
    ['PostgreSQL', `${LOOPBACK}:${String(ports.postgres)}`] as const,
    ['Kafka', `${LOOPBACK}:${String(ports.kafka)}`] as const,
    ['state and logs', home.root] as const,
  ];
  return [
    '',
    `Probity runs, after ${seconds.toFixed(0)} s. Everybody in it is invented.`,
    '',
    ...rows.map(([name, place]) => `  ${name.padEnd(24)}${place}`),
    '',
    'To try, in another terminal in this folder:',
    '',
    '  npx probity status              how each process is',
    '  npx probity matrix summary      the central matrix, by borough and band',
    `  npx probity import <folder> --as-at ${FIRST_INSTANT}`,
    "                                  a borough's list, or a folder of lists",
    '  npx probity login               logs you in as somebody made up; --as dpo does it at once',
    '  npx probity digest              one digest of the whole store',
    '  npm run reset                   removes the store, once it is stopped',
    '',
    'Ctrl-C stops everything.',
  ].join('\n');
}
