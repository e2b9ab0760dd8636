/** Processes that a fault may hit; `person` is the command line that imports. */
export const TARGETS = [
  'borough-ingest',
  'governance',
  'vault',
  'projector-matrix',
  'projector-safeguarding',
  'audit-ledger',
  'postgres',
  'kafka',
] as const;

/** One of {@link TARGETS}. */
export type Target = (typeof TARGETS)[number];

/** Applications of which two run beside each other. */
export const TWINS = ['borough-ingest', 'projector-matrix', 'projector-safeguarding'] as const;

/** Whose sessions of the database are dropped: names of applications as the server shows them; `all` is each of them. */
export const SESSIONS = [
  'probity relay',
  'borough-ingest',
  'governance',
  'vault',
  'projector-matrix',
  'projector-safeguarding',
  'audit-ledger',
  'all',
] as const;

/** Families of topics of a borough. */
export type Family = 'matrix' | 'safeguarding';

/** When in an import a fault comes: once so much has been reached, and so many ms of real time later. */
export interface Moment {
  /** `announced`: the upload is about to come; the others count events of the borough against those of a clean run. */
  reached: 'announced' | 'committed' | 'sent' | 'projected';
  /** Share of the events of a clean run, 0 to 1; 0 with `announced`. */
  share: number;
  delayMs: number;
}

/** What goes wrong. Times are ms of real time. */
export type Trouble =
  /** SIGKILL, and started again after `downMs`. */
  | { kind: 'kill'; target: Target; downMs: number }
  /** The command line is killed; the person runs the same command again. */
  | { kind: 'kill-person' }
  /** SIGSTOP of the process and its children, SIGCONT after `holdMs`. */
  | { kind: 'freeze'; target: Target; holdMs: number }
  /** The broker is stopped in good order and started again. */
  | { kind: 'restart-broker'; downMs: number }
  /** Sessions of the database are ended by the server, `times` times. */
  | { kind: 'drop-sessions'; whose: (typeof SESSIONS)[number]; times: number }
  /** Commits wait for a slow disk. */
  | { kind: 'slow-disk'; holdMs: number }
  /** The broker stands still with a send under way, and the relay loses the session that holds its locks. */
  | { kind: 'lost-lock'; holdMs: number }
  /** Two processes of a kind work beside each other; the first is frozen, both lose their sessions, and the first comes back. */
  | { kind: 'second'; target: (typeof TWINS)[number]; holdMs: number }
  /** The same list is imported at the same time by a second process. */
  | { kind: 'import-twice' }
  /** Records that a topic holds already are sent again. */
  | { kind: 'send-again'; family: Family; records: number }
  /** The relay is kept from one topic, so that its events come long after those of the other. */
  | { kind: 'hold-topic'; family: Family; holdMs: number }
  /** Domain time goes on. */
  | { kind: 'clock'; minutes: number };

/** Names of all kinds. */
export const KINDS = [
  'kill',
  'freeze',
  'lost-lock',
  'drop-sessions',
  'second',
  'restart-broker',
  'send-again',
  'hold-topic',
  'import-twice',
  'slow-disk',
  'kill-person',
  'clock',
] as const satisfies readonly Trouble['kind'][];

/** A trouble and when it comes. */
export type Fault = Trouble & { moment: Moment };

/** A fault in one line. */
export function inWords({ moment, ...trouble }: Fault): string {
  const { reached, share, delayMs } = moment;
  const at =
    reached === 'announced' ? 'once announced' : `at ${String(Math.round(share * 100))} % ${reached}`;
  return `${at} + ${String(delayMs)} ms: ${troubleInWords(trouble)}`;
}

function troubleInWords(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'kill':
      return `SIGKILL ${trouble.target}, down ${ms(trouble.downMs)}`;
    case 'kill-person':
      return 'SIGKILL the command line';
    case 'freeze':
      return `SIGSTOP ${trouble.target} for ${ms(trouble.holdMs)}`;
    case 'restart-broker':
      return `restart kafka in good order, down ${ms(trouble.downMs)}`;
    case 'drop-sessions':
      return `end the database sessions of ${trouble.whose}, ${String(trouble.times)} times`;
    case 'slow-disk':
      return `slow disk for ${ms(trouble.holdMs)}`;
    case 'lost-lock':
      return `the relay loses its lock with a send under way, broker still for ${ms(trouble.holdMs)}`;
    case 'second':
      return `the first of two ${trouble.target} frozen for ${ms(trouble.holdMs)}`;
    case 'import-twice':
      return 'the same list at a second borough-ingest';
    case 'send-again':
      return `${String(trouble.records)} records of ${trouble.family} sent again`;
    case 'hold-topic':
      return `the relay kept from ${trouble.family} for ${ms(trouble.holdMs)}`;
    case 'clock':
      return `the clock goes on ${String(trouble.minutes)} minutes`;
    default:
      throw new Error(`no words for ${(trouble satisfies never as Trouble).kind}`);
  }
}

function ms(value: number): string {
  return `${String(value)} ms`;
}
