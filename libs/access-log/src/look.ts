import { decideLook, isRefusal } from '@probity/domain';
import type { GrantedLook, ListFamily } from '@probity/domain';
import type { Caller } from '@probity/platform';
import type { AccessEntry, LookAction } from './access-entry.js';
import type { AccessLog } from './access-log.js';
import { LookNotLogged } from './access-log.js';
import { lookRefused, notLogged } from './look-problems.js';
import type { StatedReason } from './stated-reason.js';

/** A look as it is asked for. */
export interface AskedLook {
  readonly caller: Caller;
  readonly reason: StatedReason;
  readonly action: LookAction;
  readonly family: ListFamily;
  /** The borough that is named; `null` for none. */
  readonly borough: string | null;
}

/** What is known of an answer once it has been made. */
export type Answered = Pick<AccessEntry, 'subjects' | 'fields' | 'query' | 'basis'> & {
  readonly recipient?: string | null;
};

/** A look that the rules grant, until it has been logged. */
export interface PermittedLook extends GrantedLook {
  /**
   * Writes the answer down. What it is about may be shown afterwards, and not before.
   *
   * @returns id of the entry
   * @throws ProblemError 503 LOG-001 when it must not be shown
   */
  log(answer: Answered): Promise<string>;
}

/** The one way to people: the rules decide before anything is looked up, and the log has it before anything is shown. */
export class Looks {
  constructor(private readonly accessLog: AccessLog) {}

  /**
   * Asks the rules. A refusal is logged too.
   *
   * @throws ProblemError 400 or 403 with the code of the rule, 503 LOG-001 when a refusal cannot be logged
   */
  async permit({ caller, reason, action, family, borough }: AskedLook): Promise<PermittedLook> {
    const { purpose, justification } = reason;
    const facts = { caller, action, family, purpose };
    const decision = decideLook({ family, borough, purpose }, caller);
    if (isRefusal(decision)) {
      // A purpose that is none may be anything that somebody typed.
      const told = decision.codes.includes('PUR-001') ? { ...facts, purpose: 'UNKNOWN' } : facts;
      await logged(() => this.accessLog.refused({ ...told, codes: decision.codes }));
      throw lookRefused(decision);
    }
    const log = (answer: Answered): Promise<string> =>
      logged(() =>
        this.accessLog.consulted({
          recipient: null,
          ...answer,
          ...facts,
          justification,
          borough: decision.borough,
        }),
      );
    return { ...decision, log };
  }
}

/** Logs or blocks. */
async function logged(write: () => Promise<string>): Promise<string> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof LookNotLogged) throw notLogged();
    throw error;
  }
}
