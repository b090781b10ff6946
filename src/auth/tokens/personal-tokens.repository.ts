import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, MoreThan } from 'typeorm';
import { paginate, UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import { PersonalTokenEntity } from './personal-token.entity.js';

/** Every question to the table of personal access tokens. */
@Injectable()
export class PersonalTokensRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(token: PersonalTokenEntity): Promise<void> {
    await this.tokens.insert(token);
  }

  /** @param hashes all that may be stored of one secret */
  findByHash(hashes: readonly Buffer[]): Promise<PersonalTokenEntity | null> {
    return this.tokens.findOneBy({ tokenHash: In([...hashes]) });
  }

  /** Those that are good, newest first. */
  list(userId: string, now: Date, question: { page: number; limit: number }): Promise<Page<PersonalTokenEntity>> {
    const query = this.tokens
      .createQueryBuilder('token')
      .where('token.userId = :userId AND token.endedAt IS NULL AND token.expiresAt > :now', { userId, now })
      .orderBy('token.id', 'DESC');
    return paginate(query, question);
  }

  countActive(userId: string, now: Date): Promise<number> {
    return this.tokens.countBy({ userId, endedAt: IsNull(), expiresAt: MoreThan(now) });
  }

  /** @returns undefined when it is not there, not theirs, or had ended */
  async end(id: string, userId: string, now: Date): Promise<PersonalTokenEntity | undefined> {
    const { affected } = await this.tokens.update({ id, userId, endedAt: IsNull() }, { endedAt: now });
    return affected === 1 ? ((await this.tokens.findOneBy({ id })) ?? undefined) : undefined;
  }

  /** @returns how many had not ended */
  async endAllOf(userId: string, now: Date): Promise<number> {
    const { affected } = await this.tokens.update({ userId, endedAt: IsNull() }, { endedAt: now });
    return affected ?? 0;
  }

  async deleteAllOf(userId: string): Promise<void> {
    await this.tokens.delete({ userId });
  }

  async noteUse(id: string, now: Date): Promise<void> {
    await this.tokens.update({ id }, { lastUsedAt: now });
  }

  async replaceHash(id: string, tokenHash: Buffer): Promise<void> {
    await this.tokens.update({ id }, { tokenHash });
  }

  async deleteOver(before: Date): Promise<number> {
    const { affected } = await this.tokens.delete([{ expiresAt: LessThan(before) }, { endedAt: LessThan(before) }]);
    return affected ?? 0;
  }

  private get tokens() {
    return this.work.manager.getRepository(PersonalTokenEntity);
  }
}
