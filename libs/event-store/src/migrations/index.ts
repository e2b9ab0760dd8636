import { EventStore1790000000001 } from './1790000000001-event-store.js';
import { Recovery1790000000003 } from './1790000000003-recovery.js';
import { GroupCommit1790000000004 } from './1790000000004-group-commit.js';
import { SealedIdentities1790000000005 } from './1790000000005-sealed-identities.js';
import { Erasure1790000000120 } from './1790000000120-erasure.js';
import { IdentityFeed1790000000130 } from './1790000000130-identity-feed.js';

/** Migrations of the schema `events`, in order; run as the owner of the database. */
export const eventStoreMigrations = [
  EventStore1790000000001,
  Recovery1790000000003,
  GroupCommit1790000000004,
  SealedIdentities1790000000005,
  Erasure1790000000120,
  IdentityFeed1790000000130,
];
