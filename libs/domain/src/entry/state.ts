import type { Instant } from '../calendar/london-time.js';
import type { EvidenceItem } from '../evidence/item.js';
import type { GroupId } from '../ids.js';
import type { EntryEvent } from './events.js';

/** What later decisions need to know of a proposal. */
export interface ProposedEntry {
  readonly lifecycle: 'PROPOSED';
  readonly evidence: readonly EvidenceItem[];
  readonly groupId: GroupId | null;
  readonly proposedBy: string;
  readonly decideBy: Instant;
}

/** A harm record as its own events tell it. */
export type EntryState =
  | { readonly lifecycle: 'NONE' }
  | ProposedEntry
  | { readonly lifecycle: 'ENTERED'; readonly isLegacyAsserted: boolean }
  | { readonly lifecycle: 'REJECTED' };

/** A record before its first event. */
export const initialEntry: EntryState = { lifecycle: 'NONE' };

/** The record after one more event. Folds recorded facts and decides nothing. */
export function evolveEntry(_state: EntryState, event: EntryEvent): EntryState {
  switch (event.type) {
    case 'EntryProposed': {
      const { evidence, group, proposedBy, decideBy } = event.case;
      return { lifecycle: 'PROPOSED', evidence, groupId: group?.id ?? null, proposedBy, decideBy };
    }
    case 'LegacyEntryAsserted':
      return { lifecycle: 'ENTERED', isLegacyAsserted: true };
    case 'EntryApproved':
      return { lifecycle: 'ENTERED', isLegacyAsserted: false };
    case 'EntryRejected':
      return { lifecycle: 'REJECTED' };
    default:
      return event satisfies never;
  }
}
