import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { KafkaBrokerAdmin, type BrokerAdmin } from '@probity/messaging';
import { StackChild } from './child.js';
import { writeSecret, type StackHome } from './home.js';
import { kafkaClassPath } from './kafka-jars.js';
import { LOOPBACK, type StackPorts } from './ports.js';
import { javaCommand } from './prerequisites.js';
import { inProject } from './project.js';
import { runCommand } from './run-command.js';
import { waitUntil } from './run-files.js';
import { reasonOf, StackError } from './stack-error.js';

/** How long a broker that listens may take until it answers, ms of real time. */
const ANSWER_LIMIT_MS = 30_000;

/** How the local broker is run. */
export interface KafkaOptions {
  home: StackHome;
  ports: StackPorts;
  /** Password of each principal; they are made users of the broker when its data folder is made. */
  passwords: ReadonlyMap<string, string>;
  now: Date;
  /** Told of the broker as soon as it runs, before it answers. */
  onStart: (this: void, child: StackChild) => void;
}

/** Starts the local broker: makes its data folder and users the first time, waits until it answers the administrator. */
export async function startKafka(options: KafkaOptions): Promise<void> {
  const { home, ports } = options;
  const properties = writeConfiguration(options);
  if (!existsSync(home.path('data', 'kafka', 'log', 'meta.properties'))) {
    await format(options, properties);
  }
  const child = StackChild.start(
    {
      name: 'kafka',
      command: javaCommand(),
      args: [
        '-Xms128m',
        '-Xmx384m',
        '-XX:+UseSerialGC',
        `-Dlog4j2.configurationFile=${inProject('infra', 'kafka', 'log4j2.xml')}`,
        '-cp',
        kafkaClassPath(),
        'kafka.Kafka',
        properties,
      ],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC' },
      port: ports.kafka,
      marker: properties,
      stopSignal: 'SIGTERM',
      graceMs: 30_000,
    },
    home,
    options.now,
  );
  options.onStart(child);
  await awaitAnswer(child, options);
}

/** The broker's administrator, who logs in by certificate. */
export function localBrokerAdmin(home: StackHome, ports: StackPorts): BrokerAdmin {
  const read = (file: string): string => readFileSync(home.path('tls', file), 'utf8');
  return new KafkaBrokerAdmin({
    clientId: 'local-stack',
    connection: {
      brokers: [`${LOOPBACK}:${String(ports['kafka-admin'])}`],
      ssl: {
        ca: [read('ca.pem')],
        cert: read('services/kafka-admin.crt.pem'),
        key: read('services/kafka-admin.key.pem'),
      },
    },
  });
}

function writeConfiguration({ home, ports }: KafkaOptions): string {
  const folder = home.path('data', 'kafka');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const read = (name: string): string => readFileSync(home.path('tls', 'services', name), 'utf8');
  writeSecret(`${folder}/keystore.pem`, `${read('kafka.key.pem')}${read('kafka.crt.pem')}`);
  const values: Record<string, string> = {
    clientPort: String(ports.kafka),
    adminPort: String(ports['kafka-admin']),
    controllerPort: String(ports['kafka-controller']),
    keyStore: `${folder}/keystore.pem`,
    trustStore: home.caFile,
    dataDir: `${folder}/log`,
  };
  const template = readFileSync(inProject('infra', 'kafka', 'server.properties.template'), 'utf8');
  const text = template.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  writeSecret(`${folder}/server.properties`, text);
  return `${folder}/server.properties`;
}

/** Formats the data folder and makes the users. Passwords go in an argument file, so that no process list shows them. */
async function format({ home, passwords }: KafkaOptions, properties: string): Promise<void> {
  rmSync(home.path('data', 'kafka', 'log'), { recursive: true, force: true });
  const users = [...passwords].map(([name, password]) => `SCRAM-SHA-512=[name=${name},password=${password}]`);
  // The first byte is small, so that the id never begins with a dash, which the tool would take for an option.
  const clusterId = Buffer.concat([Buffer.of(randomInt(128)), randomBytes(15)]).toString('base64url');
  const words = [
    ...['-cp', kafkaClassPath(), 'kafka.tools.StorageTool', 'format'],
    ...['--standalone', '-t', clusterId, '-c', properties],
    ...users.flatMap((user) => ['--add-scram', user]),
  ];
  const argumentFile = home.path('data', 'kafka', 'format.args');
  writeSecret(argumentFile, words.map((word) => `"${word.replaceAll('\\', '\\\\')}"`).join('\n'));
  const run = await runCommand(javaCommand(), [`@${argumentFile}`]);
  rmSync(argumentFile);
  if (run.status === 0) return;
  rmSync(home.path('data', 'kafka', 'log'), { recursive: true, force: true });
  const why = run.stderr.trim().split('\n', 1)[0] ?? '';
  throw new StackError(
    `Kafka could not make its data folder (${why || 'no reason given'}): remove infra/kafka/lib and try again.`,
  );
}

async function awaitAnswer(child: StackChild, { home, ports }: KafkaOptions): Promise<void> {
  const listening = await waitUntil(
    async () => child.ending !== null || (await isOpen(ports['kafka-admin'])),
    90_000,
  );
  const refusal = listening && child.ending === null ? await refusalOf(child, home, ports) : '';
  if (listening && child.ending === null && refusal === '') return;
  await child.stop();
  const log = home.logFile('kafka');
  if (refusal === '') throw new StackError(`Kafka did not start: read ${log}.`);
  throw new StackError(`Kafka does not answer its administrator (${refusal}): read ${log}.`);
}

/** Why the broker does not answer its administrator; empty once it does. It listens before it can, longest after a crash. */
async function refusalOf(child: StackChild, home: StackHome, ports: StackPorts): Promise<string> {
  const admin = localBrokerAdmin(home, ports);
  let refusal = '';
  try {
    await waitUntil(async () => {
      refusal = await Promise.race([admin.liveTopics(), child.ended]).then(() => '', reasonOf);
      return refusal === '';
    }, ANSWER_LIMIT_MS);
  } finally {
    await admin.close();
  }
  return refusal;
}

/** Whether something accepts connections on a port, of this machine unless another host is named. */
export async function isOpen(port: number, host: string = LOOPBACK): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const settle = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', settle(true)).once('error', settle(false)).setTimeout(1_000, settle(false));
  });
}
