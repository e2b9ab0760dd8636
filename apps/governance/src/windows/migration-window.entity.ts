import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a window stands: asked for by one person, opened by a second, closed for ever when the file has been read. */
export type WindowState = 'requested' | 'open' | 'closed';

/** A migration window as it is kept; its two events are the record of it, this row is what is asked about. */
@Entity({ schema: 'governance', name: 'migration_window' })
export class MigrationWindow {
  @PrimaryColumn('uuid')
  id!: string;

  /** GSS code of the borough whose list the file is. */
  @Column('text')
  borough!: string;

  /** SHA-256 of the file, hexadecimal. */
  @Column('text', { name: 'file_hash' })
  fileHash!: string;

  /** SHA-256 of the file of groups that goes with it, hexadecimal; `null` without one. */
  @Column('text', { name: 'groups_hash', nullable: true })
  groupsHash!: string | null;

  /** The instant as at which the rows of the file are decided. */
  @Column({ type: 'timestamptz', name: 'as_at', precision: 3 })
  asAt!: Date;

  @Column('text', { name: 'requested_by' })
  requestedBy!: string;

  @Column('text', { name: 'approved_by', nullable: true })
  approvedBy!: string | null;

  @Column('text')
  state!: WindowState;

  @Column({ type: 'timestamptz', name: 'opened_at', precision: 3, nullable: true })
  openedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'closed_at', precision: 3, nullable: true })
  closedAt!: Date | null;

  /** Rows of the file, counted by who read it to its end. */
  @Column('integer', { nullable: true })
  rows!: number | null;
}
