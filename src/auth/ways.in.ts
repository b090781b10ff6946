import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { authErrors } from './auth.errors.js';

/** Sees to it that nobody takes away the last way in to their own account: a password, an identity or a passkey. */
@Injectable()
export class WaysIn {
  constructor(private readonly work: UnitOfWork) {}

  /**
   * Within a transaction, in which nobody else takes one from the same person.
   *
   * @throws DomainError last_way_in
   */
  async takeOne(userId: string, takeAway: () => Promise<void>): Promise<void> {
    await this.work.manager.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
    await takeAway();
    const rows: { left: boolean }[] = await this.work.manager.query(
      `SELECT EXISTS (SELECT FROM users WHERE id = $1 AND password_hash IS NOT NULL)
           OR EXISTS (SELECT FROM identities WHERE user_id = $1)
           OR EXISTS (SELECT FROM passkeys WHERE user_id = $1) AS "left"`,
      [userId],
    );
    if (rows[0]?.left !== true) throw authErrors.last_way_in();
  }
}
