import { expect } from '@jest/globals';
import type { Code } from '../codes.js';
import { isRefusal } from '../refusal.js';
import type { Acceptance, Decision, Refusal } from '../refusal.js';

/** The three functions of an aggregate. */
interface Aggregate<State, Command, Event> {
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly decide: (command: Command, state: State) => Decision<Event>;
}

/** What a command led to, and the ways to assert on it. */
export interface Outcome<Event> {
  readonly decision: Decision<Event>;
  /** The refusal has exactly these codes. */
  thenRefuses(...codes: Code[]): Refusal;
  /** The command was accepted with events of exactly these types. */
  then(...types: string[]): Acceptance<Event>;
}

/** `given(...commands).when(command)` on an aggregate: given commands must be accepted. */
export function scenarios<State, Command, Event extends { readonly type: string }>(
  aggregate: Aggregate<State, Command, Event>,
): (...history: Command[]) => { when(command: Command): Outcome<Event> } {
  return (...history) => ({
    when: (command) => {
      let state = aggregate.initial;
      for (const earlier of history) {
        const decision = aggregate.decide(earlier, state);
        if (isRefusal(decision)) throw new Error(`given command refused: ${decision.codes.join(' ')}`);
        state = decision.events.reduce(aggregate.evolve, state);
      }
      return outcomeOf(aggregate.decide(command, state));
    },
  });
}

/** Assertions on a decision. */
export function outcomeOf<Event extends { readonly type: string }>(
  decision: Decision<Event>,
): Outcome<Event> {
  return {
    decision,
    thenRefuses: (...codes) => {
      if (!isRefusal(decision)) throw new Error('accepted, although a refusal was expected');
      expect(decision.codes).toEqual(codes);
      return decision;
    },
    then: (...types) => {
      if (isRefusal(decision)) throw new Error(`refused with ${decision.codes.join(' ')}`);
      expect(decision.events.map(({ type }) => type)).toEqual(types);
      return decision;
    },
  };
}

/** The event of a type in an acceptance; throws when there is none. */
export function eventOf<Event extends { readonly type: string }, Type extends Event['type']>(
  acceptance: Acceptance<Event>,
  type: Type,
): Extract<Event, { readonly type: Type }> {
  const found = acceptance.events.find((event) => event.type === type);
  if (found === undefined) throw new Error(`no event ${type}`);
  return found as Extract<Event, { readonly type: Type }>;
}
