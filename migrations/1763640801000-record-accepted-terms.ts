import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who accepted which terms of use, and when. What was accepted stays on record when there are newer terms. */
export class RecordAcceptedTerms1763640801000 implements MigrationInterface {
  readonly name = 'RecordAcceptedTerms1763640801000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE terms_acceptances (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        version text NOT NULL,
        round integer NOT NULL,
        accepted_at timestamptz NOT NULL,
        CONSTRAINT terms_acceptances_once UNIQUE (user_id, version, round)
      );
      CREATE INDEX terms_acceptances_of_terms ON terms_acceptances (version, round);
    `);
    // Whoever keeps in memory what a person still owes is told like of any other change to the person.
    await db.query(`
      CREATE FUNCTION note_accepted_terms() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO changes (topic, key) VALUES ('users', NEW.user_id::text);
        RETURN NULL;
      END
      $$;
      CREATE TRIGGER terms_acceptances_note AFTER INSERT ON terms_acceptances
        FOR EACH ROW EXECUTE FUNCTION note_accepted_terms();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE terms_acceptances; DROP FUNCTION note_accepted_terms()');
  }
}
