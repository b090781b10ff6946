import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';

/** Which terms: a new version and a new round are both asked for anew. */
export interface TermsEdition {
  readonly version: string;
  readonly round: number;
}

/** The questions about who accepted which terms. Rows are only added. */
@Injectable()
export class TermsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async acceptedAt(userId: string, { version, round }: TermsEdition): Promise<Date | undefined> {
    const rows: { at: Date }[] = await this.work.manager.query(
      'SELECT accepted_at AS at FROM terms_acceptances WHERE user_id = $1 AND version = $2 AND round = $3',
      [userId, version, round],
    );
    return rows[0]?.at;
  }

  /** @returns false when the person had accepted them already */
  async add(userId: string, { version, round }: TermsEdition, at: Date): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `INSERT INTO terms_acceptances (id, user_id, version, round, accepted_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING id`,
      [newId(), userId, version, round, at],
    );
    return rows.length > 0;
  }

  /** How many people accepted them. */
  async count({ version, round }: TermsEdition): Promise<number> {
    const rows: { count: number }[] = await this.work.manager.query(
      'SELECT count(*)::int AS count FROM terms_acceptances WHERE version = $1 AND round = $2',
      [version, round],
    );
    return rows[0]?.count ?? 0;
  }
}
