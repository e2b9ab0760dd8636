/** Processes of the local stack, by the name that certificates, logs and run files carry. */
export const PROCESS_NAMES = [
  'borough-ingest',
  'governance',
  'retention-worker',
  'vault',
  'projector-matrix',
  'projector-safeguarding',
  'audit-ledger',
  'identity',
  'postgres',
  'kafka',
] as const;

/** Name of one process of the stack. */
export type ProcessName = (typeof PROCESS_NAMES)[number];

/** Everything that listens: the processes, and the two further doors of the broker. */
export type PortName = ProcessName | 'kafka-admin' | 'kafka-controller';

/** Distance of each main port from the base; the metrics door is {@link METRICS_PORT_OFFSET} above its main port. */
export const PORT_OFFSETS: Readonly<Record<PortName, number>> = {
  'borough-ingest': 1,
  governance: 2,
  vault: 4,
  'audit-ledger': 5,
  'projector-matrix': 6,
  'retention-worker': 7,
  'projector-safeguarding': 8,
  identity: 10,
  postgres: 32,
  kafka: 92,
  'kafka-admin': 93,
  'kafka-controller': 94,
};

/** Base of the ports when `PROBITY_PORT_BASE` is not set. */
export const DEFAULT_PORT_BASE = 4100;

/** The metrics of a service listen this many ports above its main port. */
export const METRICS_PORT_OFFSET = 50;

/**
 * Ports of a stack, counted up from a base.
 *
 * @param portBase 1024 to 65000, so that the highest port still exists
 */
export function portsFrom(portBase: number): Record<PortName, number> {
  const entries = Object.entries(PORT_OFFSETS).map(([name, offset]) => [name, portBase + offset]);
  return Object.fromEntries(entries) as Record<PortName, number>;
}

/** A second process of one kind listens this many ports above the first. */
export const INSTANCE_PORT_OFFSET = 100;

/** Version of the code that `/info` and descriptions show unless a service says another. */
export const DEFAULT_VERSION = '0.1.0';
