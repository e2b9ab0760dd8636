import { BOROUGH_CODES } from '@probity/domain';
import type { Person } from '@probity/platform';

/** Somebody whom a synthetic store knows: invented, with one role. */
export interface Persona extends Omit<Person, 'session'> {
  /** What it is asked for by, e.g. `supervisor-E09000012`. */
  readonly name: string;
}

const BOROUGH_KINDS = [
  ['officer', 'borough-officer'],
  ['supervisor', 'borough-supervisor'],
  ['child-authority', 'child-authority'],
] as const;

const CENTRAL = [
  ['central-1', 'central-team', 'central'],
  ['central-2', 'central-team', 'central'],
  ['safeguarding-lead', 'safeguarding-lead', 'central'],
  ['partner-user', 'partner-user', 'partner:example'],
  ['partner-admin', 'partner-administrator', 'partner:example'],
  ['dpo', 'data-protection-officer', 'central'],
  ['auditor', 'auditor', 'central'],
  ['equality-analyst', 'equality-analyst', 'central'],
] as const;

/** Staff ids are handed out in this order, so that a persona has the same one in every store. */
export const PERSONAS: readonly Persona[] = [
  ...CENTRAL.map(([name, role, organisation]) => ({ name, role, organisation, borough: null })),
  ...BOROUGH_CODES.flatMap((borough) =>
    BOROUGH_KINDS.map(([kind, role]) => ({
      name: `${kind}-${borough}`,
      role,
      organisation: `borough:${borough}`,
      borough: borough,
    })),
  ),
].map((persona, index) => ({ ...persona, staffId: `STAFF-${String(index + 1).padStart(4, '0')}` }));

const BY_NAME: ReadonlyMap<string, Persona> = new Map(PERSONAS.map((persona) => [persona.name, persona]));
const BY_STAFF_ID: ReadonlyMap<string, Persona> = new Map(
  PERSONAS.map((persona) => [persona.staffId, persona]),
);

/** The persona of a name, or `undefined`. */
export function personaNamed(name: string): Persona | undefined {
  return BY_NAME.get(name);
}

/** The persona with a staff id, or `undefined`. */
export function personaWithId(staffId: string): Persona | undefined {
  return BY_STAFF_ID.get(staffId);
}
