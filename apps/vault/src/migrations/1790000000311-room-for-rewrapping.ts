import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every row is written anew once a week: with room left in its page, its index need not follow. */
export class RoomForRewrapping1790000000311 implements MigrationInterface {
  readonly name = 'RoomForRewrapping1790000000311';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE vault.data_key SET (fillfactor = 50)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE vault.data_key RESET (fillfactor)');
  }
}
