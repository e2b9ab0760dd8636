import { NOT_RECORDED } from '@probity/events';
import { UnprojectableEvent } from '@probity/projection';
import type { CasePayload, ProjectedEvent } from '@probity/projection';

/** Reads members of an opened `case` group; a member of another kind is a fault of its writer, named without its value. */
export class CaseReader {
  readonly #payload: CasePayload;

  constructor(event: Pick<ProjectedEvent, 'case'>) {
    if (!event.case) throw new UnprojectableEvent('the event has no opened case part');
    this.#payload = event.case;
  }

  text(member: string): string {
    const value = this.#payload[member];
    if (typeof value !== 'string') throw new UnprojectableEvent(`case.${member} is not text`);
    return value;
  }

  textOrNull(member: string): string | null {
    return this.#payload[member] === null || this.#payload[member] === undefined ? null : this.text(member);
  }

  flag(member: string): boolean {
    const value = this.#payload[member];
    if (typeof value !== 'boolean') throw new UnprojectableEvent(`case.${member} is not true or false`);
    return value;
  }

  /** One of the given words. @throws UnprojectableEvent naming the member, never the value */
  oneOf<T extends string>(member: string, words: readonly T[]): T {
    const value = this.text(member);
    const found = words.find((word) => word === value);
    if (found === undefined)
      throw new UnprojectableEvent(`case.${member} is not a value that belongs in this read model`);
    return found;
  }

  /** Whether the version that was written held the member at all. */
  isRecorded(member: string): boolean {
    return this.#payload[member] !== NOT_RECORDED;
  }

  /** The members of a member that is an object. */
  within(member: string): CaseReader {
    const value = this.#payload[member];
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new UnprojectableEvent(`case.${member} is not an object`);
    return new CaseReader({ case: value as CasePayload });
  }

  /** `id` of an object member such as `{id, version}`, or null. */
  idOf(member: string): string | null {
    const value = this.#payload[member];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const id: unknown = (value as Record<string, unknown>)['id'];
    return typeof id === 'string' ? id : null;
  }
}

/**
 * Borough of an event: the one that its topic belongs to and its skeleton names.
 *
 * @throws UnprojectableEvent when they differ: a borough speaks for itself alone
 */
export function boroughOf(event: ProjectedEvent): string {
  const borough = event.topic.slice(event.topic.lastIndexOf('.') + 1);
  if (event.skeleton['borough'] !== borough)
    throw new UnprojectableEvent('the event names another borough than its topic');
  return borough;
}
