import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { ListFamily } from '@probity/domain';
import { definitionOf, EventFormatError } from '@probity/events';
import { deriveSubkey, open, sealContextOf, UnsealError, zeroise } from '@probity/sealing';
import { DataKeyRepository } from '../keys/data-key.repository.js';
import type { DataKeyRow } from '../keys/data-key.repository.js';
import { DataKeyVault } from '../keys/data-key.vault.js';
import type { IdentityField, OpenedIdentity } from './open.dto.js';
import { SealedIdentities } from './sealed-identities.js';
import type { SealedIdentity } from './sealed-identities.js';

/** Whose identities may be opened. */
export interface OpenableRecords {
  /** The only list; `null` for both, which nobody is shown. */
  readonly family: ListFamily | null;
  /** The only borough; `null` for all. */
  readonly borough: string | null;
}

/** Opens identities: the only place where a name is in clear after it has been sealed. */
@Injectable()
export class IdentityOpener {
  constructor(
    @Inject(SealedIdentities) private readonly identities: SealedIdentities,
    @Inject(DataKeyRepository) private readonly repository: DataKeyRepository,
    @Inject(DataKeyVault) private readonly vault: DataKeyVault,
  ) {}

  /**
   * The members of those records that can be opened and are of the list and borough, in the order of the ids. Whoever is
   * unknown, erased, of another list or borough is absent, and takes as long as one another: their keys are not found, and a
   * record that nobody has is looked for instead of theirs.
   */
  async open(
    recordIds: readonly string[],
    fields: readonly IdentityField[],
    place: OpenableRecords,
  ): Promise<OpenedIdentity[]> {
    const ids = recordIds.map((recordId) => recordId.toLowerCase());
    const rows = await this.repository.findAll(ids, place);
    const own = new Set(rows.map(({ recordId }) => recordId));
    const sealed = await this.identities.of(ids.map((id) => (own.has(id) ? id : randomUUID())));
    const identityOf = new Map(sealed.map((identity) => [identity.recordId, identity]));
    const opened: OpenedIdentity[] = [];
    for (const recordId of ids) {
      const identity = identityOf.get(recordId);
      const row = rows.find(
        (each) => each.recordId === recordId && each.dekVersion === Number(identity?.envelope.kv),
      );
      if (identity === undefined || row === undefined) continue;
      const members = await this.#membersOf(identity, row, fields);
      if (members !== null) opened.push({ recordId, ...members });
    }
    return opened;
  }

  async #membersOf(
    { recordId, header, envelope }: SealedIdentity,
    row: DataKeyRow,
    fields: readonly IdentityField[],
  ): Promise<Partial<Record<IdentityField, string>> | null> {
    const subkey = await this.vault.withKey(row, (dek) => deriveSubkey(dek, 'identity'));
    if (subkey === null) return null;
    try {
      const { schemaVersion } = definitionOf(header.type);
      const context = sealContextOf(header, { recordId, dekVersion: row.dekVersion }, schemaVersion);
      const plaintext = open(subkey, 'identity', context, envelope);
      const identity = JSON.parse(plaintext.toString('utf8')) as Partial<Record<IdentityField, string>>;
      zeroise(plaintext);
      return Object.fromEntries(
        fields.flatMap((field) => (identity[field] ? [[field, identity[field]]] : [])),
      );
    } catch (error) {
      if (error instanceof UnsealError || error instanceof EventFormatError) return null;
      throw error;
    } finally {
      zeroise(subkey);
    }
  }
}
