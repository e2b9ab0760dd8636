import { Kafka, logLevel } from './kafkajs.js';
import type { KafkaConfig, LogEntry, RetryOptions } from 'kafkajs';

/** How to reach the brokers: SASL/SCRAM over TLS for applications, or a client certificate for administration. */
export interface KafkaConnection {
  brokers: string[];
  ssl: { ca: string[]; cert?: string; key?: string };
  sasl?: { mechanism: 'scram-sha-512'; username: string; password: string };
}

/** Receives the client library's own messages. `fields` holds names, numbers and error types only, never record content. */
export type BrokerLogger = (
  level: 'error' | 'warn' | 'info' | 'debug',
  message: string,
  fields: Record<string, string | number | boolean>,
) => void;

/** Connection plus the name shown in broker logs and quotas. Without a logger the client library is silent. */
export interface KafkaClientOptions {
  connection: KafkaConnection;
  clientId: string;
  logger?: BrokerLogger;
}

/**
 * Limits under which a client rides out the loss of a broker: short request limits and many quick attempts, in milliseconds.
 * Measured on rolling broker stops; longer limits lose seconds, fewer attempts give up before a new leader is elected.
 */
const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 2_500;
export const RETRY: Readonly<
  Required<Pick<RetryOptions, 'initialRetryTime' | 'maxRetryTime' | 'multiplier' | 'retries'>>
> = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  multiplier: 1.5,
  retries: 60,
};

/**
 * The longest a single send can stay under way before it settles, in milliseconds: every attempt used up, each one waiting for
 * its connection, its answer and its pause. A successor that takes over a partition from a hung writer waits this long first.
 */
export const SEND_BOUND_MS =
  (RETRY.retries + 1) * (CONNECTION_TIMEOUT_MS + REQUEST_TIMEOUT_MS + RETRY.maxRetryTime);

const LEVELS: Partial<Record<logLevel, 'error' | 'warn' | 'info' | 'debug'>> = {
  [logLevel.ERROR]: 'error',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'info',
  [logLevel.DEBUG]: 'debug',
};

// An allow-list: the library attaches whole request objects to some messages, and a request carries record values.
const LOGGED_FIELDS = [
  'clientId', 'broker', 'groupId', 'memberId', 'topic', 'partition', 'offset', 'retryCount', 'retryTime', 'apiName', 'duration',
] as const; // prettier-ignore

function safeFields(entry: LogEntry): Record<string, string | number | boolean> {
  const fields: Record<string, string | number | boolean> = { namespace: entry.namespace };
  for (const name of LOGGED_FIELDS) {
    const value: unknown = entry.log[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      fields[name] = value;
  }
  return fields;
}

/**
 * The one place where the client library is configured. Topics are never created by use (`allowAutoTopicCreation` is off at every
 * producer and consumer), and log lines go to the given logger through an allow-list of fields.
 */
export function kafkaClient(options: KafkaClientOptions): Kafka {
  const { connection, clientId, logger } = options;
  const config: KafkaConfig = {
    brokers: connection.brokers,
    clientId,
    ssl: connection.ssl,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: REQUEST_TIMEOUT_MS * 2,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { ...RETRY },
    logLevel: logger ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => (entry) => {
      const level = LEVELS[entry.level];
      if (logger && level) logger(level, entry.log.message, safeFields(entry));
    },
  };
  if (connection.sasl) config.sasl = connection.sasl;
  return new Kafka(config);
}
