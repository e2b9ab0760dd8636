import type { MigrationInterface, QueryRunner } from 'typeorm';
import { EPOCH_FUNCTIONS } from './epoch-functions.js';

/**
 * Epochs of the key-encryption key. Of every epoch there is a row for ever; `current` is the one under which keys are
 * wrapped, the keys of a `retiring` one are being rewrapped, and of a `destroyed` one there are none. The service still
 * may neither change nor delete a wrapped key: it may only ask for the acts of {@link EPOCH_FUNCTIONS}.
 */
export class KeyEpochs1790000000310 implements MigrationInterface {
  readonly name = 'KeyEpochs1790000000310';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE vault.key_epoch (
        epoch integer PRIMARY KEY CHECK (epoch BETWEEN 1 AND 999999),
        state text NOT NULL CHECK (state IN ('planned', 'current', 'retiring', 'destroyed')),
        made_at timestamptz,
        retired_at timestamptz,
        living_at_retirement bigint CHECK (living_at_retirement >= 0),
        erased_at_retirement bigint CHECK (erased_at_retirement >= 0),
        rewrapped bigint NOT NULL DEFAULT 0 CHECK (rewrapped >= 0),
        stopped_because text CHECK (length(stopped_because) <= 500),
        destroyed_at timestamptz,
        destruction_assured boolean,
        CHECK ((made_at IS NULL) = (state = 'planned')),
        CHECK ((retired_at IS NOT NULL) = (state IN ('retiring', 'destroyed'))),
        CHECK ((destroyed_at IS NOT NULL) = (state = 'destroyed')),
        CHECK ((destruction_assured IS NOT NULL) = (state = 'destroyed'))
      )`);
    await runner.query(`CREATE UNIQUE INDEX ON vault.key_epoch (state) WHERE state = 'current'`);
    await runner.query(`CREATE UNIQUE INDEX ON vault.key_epoch (state) WHERE state = 'planned'`);
    // Keys of a store from before there were epochs are all under the first.
    await runner.query(`
      INSERT INTO vault.key_epoch (epoch, state, made_at)
      SELECT epoch, 'current', min(issued_at)
      FROM (SELECT epoch, issued_at FROM vault.data_key UNION ALL SELECT epoch, issued_at FROM vault.index_pepper) AS k
      GROUP BY epoch`);
    await runner.query(EPOCH_FUNCTIONS);
    await runner.query('GRANT SELECT ON vault.key_epoch TO probity_vault');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER require_current_epoch ON vault.data_key');
    await runner.query('DROP TRIGGER require_current_epoch ON vault.index_pepper');
    for (const name of [
      'require_current_epoch()',
      'plan_epoch(integer)',
      'begin_epoch(integer, timestamptz)',
      'count_retiring(integer)',
      'rewrap_data_keys(integer, integer, uuid[], integer[], bytea[])',
      'rewrap_peppers(integer, integer, text[], bytea[])',
      'stop_rotation(integer, text)',
      'end_epoch(integer, timestamptz, boolean)',
      'living_keys(integer)',
    ])
      await runner.query(`DROP FUNCTION vault.${name}`);
    await runner.query('DROP TABLE vault.key_epoch');
  }
}
