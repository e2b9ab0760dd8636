import { CommandError } from '../exit-code.js';

/** A stream that may be a terminal. */
export interface TextStream extends NodeJS.WritableStream {
  isTTY?: boolean;
  columns?: number;
}

/** The two ways out of a command: data on stdout, everything that is said about it on stderr. */
export class Output {
  constructor(
    readonly stdout: TextStream,
    readonly stderr: TextStream,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** A line of data. */
  data(text: string): void {
    this.stdout.write(`${text}\n`);
  }

  /** One JSON document as the only data. */
  json(value: unknown): void {
    this.data(JSON.stringify(value, null, 2));
  }

  /** A line about what is being done. */
  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }

  /** Why the command ends without having done all it was asked. The stack trace of a bug is shown only with PROBITY_DEBUG. */
  failure(error: unknown): void {
    const text = error instanceof CommandError ? error.message : this.bugText(error);
    this.note(`${this.paint('31', 'probity:')} ${text}`);
  }

  /** Whether stderr is a terminal that redraws lines. */
  get canDraw(): boolean {
    return this.stderr.isTTY === true && this.env['TERM'] !== 'dumb';
  }

  /** Colours stderr text, unless NO_COLOR (https://no-color.org) is set or nobody sees it. */
  private paint(colour: string, text: string): string {
    const plain = (this.env['NO_COLOR'] ?? '') !== '' || !this.canDraw;
    return plain ? text : `\u001B[${colour}m${text}\u001B[39m`;
  }

  /** A bug's own message may quote what it choked on, so it stays hidden unless asked for. */
  private bugText(error: unknown): string {
    const isShown = (this.env['PROBITY_DEBUG'] ?? '') !== '';
    if (isShown) return error instanceof Error ? (error.stack ?? error.message) : String(error);
    const name = error instanceof Error ? error.name : 'Error';
    return `An unexpected fault (${name}). Set PROBITY_DEBUG=1 and run the same command again to see where it arose.`;
  }
}
