import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { isUniqueViolation, paginateFeed, UnitOfWork } from '#libs/database';
import type { CursorPage } from '#libs/kernel';
import { ConsentEntity } from './consent.entity.js';

/** The questions about consents. The person's id is part of each. */
@Injectable()
export class ConsentsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Withdrawn ones as well, the newest first. */
  list(userId: string, page: { cursor?: string; limit: number }): Promise<CursorPage<ConsentEntity>> {
    return paginateFeed(
      this.consents.createQueryBuilder('consent').where('consent.userId = :userId', { userId }),
      page,
    );
  }

  /** The one that stands, locked until the transaction ends. */
  findStanding(userId: string, purpose: string): Promise<ConsentEntity | null> {
    const where = { userId, purpose, withdrawnAt: IsNull() };
    return this.consents.findOne({ where, lock: { mode: 'pessimistic_write' } });
  }

  /** @returns false when another one of the purpose stands */
  async insert(consent: ConsentEntity): Promise<boolean> {
    try {
      await this.consents.insert(consent);
      return true;
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
  }

  /** @returns what was withdrawn; undefined when there was nothing to withdraw */
  async withdraw(userId: string, id: string, withdrawnAt: Date): Promise<ConsentEntity | undefined> {
    const { affected } = await this.consents.update({ id, userId, withdrawnAt: IsNull() }, { withdrawnAt });
    return affected === 1 ? ((await this.consents.findOneBy({ id, userId })) ?? undefined) : undefined;
  }

  private get consents() {
    return this.work.manager.getRepository(ConsentEntity);
  }
}
