import { Option, type Command } from 'commander';
import { UsageError } from '../exit-code.js';

/** Options of every command that shows people. */
export interface ReasonOptions {
  purpose?: string;
  because?: string;
}

/** Adds `--purpose` and `--because`. */
export function withReason(command: Command): Command {
  return command
    .addOption(
      new Option('--purpose <code>', 'what it is for, e.g. OFFENDER_MANAGEMENT, VIOLENCE_REDUCTION_TASKING'),
    )
    .addOption(
      new Option('--because <text>', 'why, in 10 to 500 characters; logged with the look, under seal'),
    );
}

/** The reason of a look, as the services want it in headers. @throws UsageError without both parts */
export function reasonHeaders(options: ReasonOptions): Record<string, string> {
  const { purpose, justification } = reasonMembers(options);
  return { 'probity-purpose': purpose, 'probity-justification': encodeURIComponent(justification) };
}

/** The reason of a look, as the services want it in a body. @throws UsageError without both parts */
export function reasonMembers({ purpose, because }: ReasonOptions): {
  purpose: string;
  justification: string;
} {
  if (purpose !== undefined && because !== undefined) return { purpose, justification: because };
  throw new UsageError('People are looked at for a reason: say --purpose and --because.');
}
