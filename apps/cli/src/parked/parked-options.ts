import { Option, type Command } from 'commander';
import { CommandError, EXIT, UsageError } from '../exit-code.js';
import type { Stack } from '../http/stack.js';
import { parsePosition, parseRecord, type ParkedPosition } from './parked-position.js';
import { ParkedOf, PROJECTIONS, type GenerationPlace, type ProjectionName } from './parked-service.js';

/** Options that every one of these commands takes. */
export interface ParkedOptions {
  projection?: ProjectionName;
  generation: GenerationPlace;
  json?: boolean;
}

/** A record or a position: exactly one of them. */
export interface ParkedTarget {
  record?: string;
  at?: ParkedPosition;
}

/** The read models that are asked: the one that is named, the one whose topic it is, or all. */
export function parkedOf(
  stack: Stack,
  { projection, generation, at }: ParkedOptions & ParkedTarget,
): ParkedOf[] {
  const family = PROJECTIONS.find((name) => at?.topic.startsWith(`${name}.`));
  if (projection !== undefined && family !== undefined && projection !== family)
    throw new UsageError(`${projection} does not read ${at?.topic ?? ''}.`);
  const named = projection ?? family;
  return (named === undefined ? PROJECTIONS : [named]).map((name) => new ParkedOf(stack, name, generation));
}

/** @throws UsageError unless exactly one of both is named */
export function targetOf({ record, at }: ParkedTarget): string | ParkedPosition {
  if (record !== undefined && at !== undefined) throw new UsageError('--record and --at exclude each other.');
  const target = record ?? at;
  if (target === undefined) throw new UsageError('Name a --record or a position with --at.');
  return target;
}

/** @throws UsageError when it says nothing */
export function reasonOf(reason: string): string {
  if (reason.trim() === '') throw new UsageError('--reason must say something.');
  return reason.trim();
}

/** There is nothing parked of what was named. Exit code 1. */
export function nothingParked(): CommandError {
  return new CommandError(EXIT.refused, 'Nothing is parked there.', 'See probity parked list.', 'PRK-001');
}

/** Adds the options that every one of these commands takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--projection <name>', 'this read model alone').choices(PROJECTIONS))
    .addOption(
      new Option('--generation <place>', 'next: the one that is being rebuilt')
        .choices(['live', 'next'])
        .default('live'),
    )
    .option('--json', 'print JSON');
}

/** Adds the two ways of naming what is meant. */
export function withTarget(command: Command): Command {
  return command
    .option('--record <id>', 'of this record', parseRecord)
    .option('--at <position>', 'topic/partition@offset, e.g. matrix.E09000012/0@10432', parsePosition);
}
