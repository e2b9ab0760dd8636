import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of the log of looks, one a month, which belong to no borough; and how many people each person has opened in a day. */
export class Looks1790000000300 implements MigrationInterface {
  readonly name = 'Looks1790000000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE vault.data_key
        DROP CONSTRAINT data_key_family_check,
        DROP CONSTRAINT data_key_borough_check,
        ADD CONSTRAINT data_key_family_check CHECK (family IN ('matrix', 'safeguarding', 'group', 'import', 'access')),
        ADD CONSTRAINT data_key_borough_check CHECK (
          CASE family WHEN 'access' THEN borough = 'central' ELSE borough ~ '^E09[0-9]{6}$' END)`);
    await runner.query(`
      CREATE TABLE vault.opened_today (
        staff_id text NOT NULL CHECK (staff_id ~ '^[A-Za-z0-9-]{1,64}$'),
        day date NOT NULL,
        people integer NOT NULL CHECK (people >= 0),
        PRIMARY KEY (staff_id, day)
      )`);
    await runner.query('GRANT SELECT, INSERT, UPDATE ON vault.opened_today TO probity_vault');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE vault.opened_today');
  }
}
