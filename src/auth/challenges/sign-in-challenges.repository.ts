import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { SignInChallengeEntity } from './sign-in-challenge.entity.js';

/** Every question to the table of sign-ins that wait for a second factor. */
@Injectable()
export class SignInChallengesRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(challenge: SignInChallengeEntity): Promise<void> {
    await this.challenges.insert(challenge);
  }

  find(tokenHashes: readonly Buffer[], now: Date): Promise<SignInChallengeEntity | null> {
    return this.challenges.findOneBy({ tokenHash: In(tokenHashes), expiresAt: MoreThan(now) });
  }

  /** @returns false when somebody else was first */
  async take(id: string): Promise<boolean> {
    return (await this.challenges.delete({ id })).affected === 1;
  }

  /** @returns false when there were so many already, or the challenge is gone */
  async countTry(id: string, most: number): Promise<boolean> {
    const { affected } = await this.challenges
      .createQueryBuilder()
      .update()
      .set({ failures: () => 'failures + 1' })
      .where('id = :id AND failures < :most', { id, most })
      .execute();
    return affected === 1;
  }

  async deleteAllOf(userId: string): Promise<void> {
    await this.challenges.delete({ userId });
  }

  /** @returns how many there were */
  async deleteExpired(now: Date): Promise<number> {
    return (await this.challenges.delete({ expiresAt: LessThan(now) })).affected ?? 0;
  }

  private get challenges() {
    return this.work.manager.getRepository(SignInChallengeEntity);
  }
}
