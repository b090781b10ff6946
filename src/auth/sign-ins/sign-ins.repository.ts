import { Injectable } from '@nestjs/common';
import { paginateFeed, UnitOfWork } from '#libs/database';
import type { CursorPage } from '#libs/kernel';
import { SignInEntity } from './sign-in.entity.js';

/** Every question about who signed in, and from what. */
@Injectable()
export class SignInsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(signIn: SignInEntity): Promise<void> {
    await this.signIns.insert(signIn);
  }

  /** The newest first. */
  list(userId: string, page: { cursor?: string | undefined; limit: number }): Promise<CursorPage<SignInEntity>> {
    return paginateFeed(this.signIns.createQueryBuilder('signIn').where('signIn.userId = :userId', { userId }), page);
  }

  /** @returns how many there were */
  async deleteBefore(at: Date): Promise<number> {
    const rows: { n: number }[] = await this.work.manager.query(
      'WITH gone AS (DELETE FROM sign_ins WHERE at < $1 RETURNING 1) SELECT count(*)::int AS n FROM gone',
      [at],
    );
    return rows[0]?.n ?? 0;
  }

  private get signIns() {
    return this.work.manager.getRepository(SignInEntity);
  }
}
