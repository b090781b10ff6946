import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';

/** Every question to the table of passwords that people had before. */
@Injectable()
export class FormerPasswordsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Hashes, the newest first. */
  async list(userId: string, most: number): Promise<string[]> {
    const rows: { hash: string }[] = await this.work.manager.query(
      'SELECT password_hash AS hash FROM former_passwords WHERE user_id = $1 ORDER BY id DESC LIMIT $2',
      [userId, most],
    );
    return rows.map(({ hash }) => hash);
  }

  /** Adds a hash, and forgets what is older than the newest so many. */
  async add(userId: string, hash: string, { most, now }: { most: number; now: Date }): Promise<void> {
    await this.work.manager.query(
      'INSERT INTO former_passwords (id, user_id, password_hash, replaced_at) VALUES ($1, $2, $3, $4)',
      [newId(), userId, hash, now],
    );
    await this.work.manager.query(
      `DELETE FROM former_passwords WHERE user_id = $1 AND id NOT IN (
         SELECT id FROM former_passwords WHERE user_id = $1 ORDER BY id DESC LIMIT $2)`,
      [userId, most],
    );
  }
}
