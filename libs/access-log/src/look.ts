import { decideLogUse, decideLook, isRefusal } from '@probity/domain';
import type { GrantedLook, ListFamily, Refusal } from '@probity/domain';
import type { Caller } from '@probity/platform';
import type { AccessEntry, LookAction, LookFacts } from './access-entry.js';
import type { AccessLog } from './access-log.js';
import { LookNotLogged } from './access-log.js';
import { lookRefused, notLogged, reasonMissing } from './look-problems.js';
import type { MissingReason, StatedReason } from './stated-reason.js';

/** A look as it is asked for. */
export interface AskedLook {
  readonly caller: Caller;
  readonly reason: StatedReason | MissingReason;
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

/** Stands in the log where the purpose that was stated is none, or none was. */
const NO_PURPOSE = 'UNKNOWN';

/** The one way to people: the rules decide before anything is looked up, and the log has it before anything is shown. */
export class Looks {
  constructor(private readonly accessLog: AccessLog) {}

  /**
   * Asks the rules. A refusal is logged too, and a look without a reason is one.
   *
   * @throws ProblemError 400 or 403 with the code of the rule, 503 LOG-001 when a refusal cannot be logged
   */
  async permit({ caller, reason, action, family, borough }: AskedLook): Promise<PermittedLook> {
    const { purpose, justification } = await this.#stated(reason, { caller, action, family });
    const facts = { caller, action, family, purpose };
    const decision = decideLook({ family, borough, purpose }, caller);
    if (isRefusal(decision)) return this.#refuse(facts, decision);
    return { ...decision, log: this.#logOf(facts, justification, decision.borough) };
  }

  /**
   * Asks whether the log of looks itself may be read (DPA 2018 s.62(4), R-82). Whoever reads it stands in it too.
   *
   * @throws ProblemError 400 or 403 with the code of the rule, 503 LOG-001 when a refusal cannot be logged
   */
  async permitLogUse({
    caller,
    reason,
  }: Pick<AskedLook, 'caller' | 'reason'>): Promise<Pick<PermittedLook, 'log'>> {
    const looking = { caller, action: 'READ_LOG', family: 'log' } as const;
    const { purpose, justification } = await this.#stated(reason, looking);
    const facts = { ...looking, purpose };
    const decision = decideLogUse(purpose, caller);
    if (isRefusal(decision)) return this.#refuse(facts, decision);
    return { log: this.#logOf(facts, justification, null) };
  }

  async #stated(
    reason: StatedReason | MissingReason,
    looking: Omit<LookFacts, 'purpose'>,
  ): Promise<StatedReason> {
    if (!('missing' in reason)) return reason;
    await logged(() => this.accessLog.refused({ ...looking, purpose: NO_PURPOSE, codes: ['LOG-002'] }));
    throw reasonMissing(reason.missing);
  }

  async #refuse(facts: LookFacts, refusal: Refusal): Promise<never> {
    // A purpose that is none may be anything that somebody typed.
    const told = refusal.codes.includes('PUR-001') ? { ...facts, purpose: NO_PURPOSE } : facts;
    await logged(() => this.accessLog.refused({ ...told, codes: refusal.codes }));
    throw lookRefused(refusal);
  }

  #logOf(facts: LookFacts, justification: string, borough: string | null): PermittedLook['log'] {
    return (answer) =>
      logged(() =>
        this.accessLog.consulted({ recipient: null, ...answer, ...facts, justification, borough }),
      );
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
