import { CODES, sortedCodes } from './codes.js';
import type { Code, CodeEntry } from './codes.js';
import type { ItemLine } from './evidence/explanation.js';

/** One reason of a refusal, in words. */
export interface Reason extends CodeEntry {
  readonly code: Code;
}

/** A command that was not accepted. A value, not an exception; it never holds anything about the subject. */
export interface Refusal {
  readonly refused: true;
  /** Every reason code, sorted, so that equal cases give equal sets. */
  readonly codes: readonly Code[];
  readonly reasons: readonly Reason[];
  /** The parts of the sufficiency rule that fail, when EVD-001 is among the codes; empty otherwise. */
  readonly missing: readonly string[];
  /** What became of each item of evidence; empty where evidence was not looked at. */
  readonly items: readonly ItemLine[];
}

/** A command that was accepted: the events to append, and the codes that an approval would still meet. */
export interface Acceptance<Event> {
  readonly accepted: true;
  readonly events: readonly Event[];
  /** What keeps a proposal from being entered. Empty for a decision that waits for nothing but an approver. */
  readonly waitingFor: readonly Code[];
  /** What became of each item of evidence, so that one which did not count is explained although nothing failed. */
  readonly items: readonly ItemLine[];
}

/** What a decider answers. */
export type Decision<Event> = Acceptance<Event> | Refusal;

/** What a decision found in the evidence. */
export interface Findings {
  readonly missing: readonly string[];
  readonly lines: readonly ItemLine[];
}

const NOTHING_LOOKED_AT: Findings = { missing: [], lines: [] };

/** A refusal with the given codes, in any order and with repetitions. */
export function refuse(codes: Iterable<Code>, findings: Findings = NOTHING_LOOKED_AT): Refusal {
  const sorted = sortedCodes(codes);
  return {
    refused: true,
    codes: sorted,
    reasons: sorted.map(reasonOf),
    missing: findings.missing,
    items: findings.lines,
  };
}

/** An acceptance of one or more events. */
export function accept<Event>(
  events: readonly Event[],
  waitingFor: Iterable<Code> = [],
  findings: Findings = NOTHING_LOOKED_AT,
): Acceptance<Event> {
  return { accepted: true, events, waitingFor: sortedCodes(waitingFor), items: findings.lines };
}

/** Whether a value that may be a refusal is one. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

function reasonOf(code: Code): Reason {
  return { code, ...CODES[code] };
}
