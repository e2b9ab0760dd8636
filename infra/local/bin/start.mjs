#!/usr/bin/env node
/** `npm start`: sets up what is missing, then runs the whole stack until Ctrl-C. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { refuse, ROOT, setUp } from './set-up.mjs';

const HELP = `Usage: npm start [-- --empty]

Installs and builds what is missing, starts PostgreSQL, Kafka and every application, imports the sample
lists the first time, and runs until Ctrl-C.

  --empty   leave the sample lists out
  --help    print this

Environment:
  PROBITY_HOME        folder of the store (.probity)
  PROBITY_PORT_BASE   first port (4100)
  DATABASE_URL        use this PostgreSQL: postgres://administrator:password@host:port/database
    DATABASE_CA       PEM file with the authority of its certificate
  KAFKA_BROKERS       use these brokers: host:port,host:port (TLS, SCRAM-SHA-512)
    KAFKA_CA          PEM file with the authority of their certificates
    KAFKA_ADMIN_USERNAME, KAFKA_ADMIN_PASSWORD   a user who may create topics and access rights
    KAFKA_CREDENTIALS  JSON file {"principal": "password"} with the users of infra/kafka/manifest.json
    KAFKA_REPLICATION  single (one copy) or cluster (three copies, two in sync)
`;

const known = new Set(['--empty', '--help', '-h']);
const args = process.argv.slice(2);
const unknown = args.find((arg) => !known.has(arg));
if (unknown !== undefined) refuse(`${unknown} is not an option of npm start: see npm start -- --help.`);
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(HELP);
} else {
  setUp();
  await import(pathToFileURL(join(ROOT, 'dist', 'infra', 'local', 'src', 'main.js')).href);
}
