import { Injectable } from '@nestjs/common';
import { isUniqueViolation, UnitOfWork } from '#libs/database';
import { Clock, newId } from '#libs/kernel';
import { PasskeyEntity } from './passkey.entity.js';

/** Every question to the table of passkeys. */
@Injectable()
export class PasskeysRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined when somebody registered it already */
  async insert(made: Omit<PasskeyEntity, 'id' | 'createdAt' | 'lastUsedAt'>): Promise<PasskeyEntity | undefined> {
    const passkey = { ...made, id: newId(), createdAt: this.clock.date(), lastUsedAt: null };
    try {
      await this.passkeys.insert(passkey);
      return passkey;
    } catch (error) {
      if (isUniqueViolation(error, 'passkeys_credential_id_key')) return undefined;
      throw error;
    }
  }

  /** Within a transaction: until it ends, nobody else counts or adds passkeys of that person. */
  async lockOwner(userId: string): Promise<void> {
    await this.work.manager.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
  }

  /** The oldest first. */
  listOf(userId: string): Promise<PasskeyEntity[]> {
    return this.passkeys.find({ where: { userId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  findByCredential(credentialId: string): Promise<PasskeyEntity | null> {
    return this.passkeys.findOneBy({ credentialId });
  }

  /** @returns false when it was removed, or its counter went on, meanwhile */
  async use(id: string, counter: number, now: Date): Promise<boolean> {
    const { affected } = await this.passkeys
      .createQueryBuilder()
      .update()
      .set({ counter, lastUsedAt: now })
      .where('id = :id AND (counter < :counter OR (counter = 0 AND :counter = 0))', { id, counter })
      .execute();
    return affected === 1;
  }

  /** Within a transaction. */
  findLocked(id: string, userId: string): Promise<PasskeyEntity | null> {
    return this.passkeys.findOne({ where: { id, userId }, lock: { mode: 'pessimistic_write' } });
  }

  async rename(id: string, name: string): Promise<void> {
    await this.passkeys.update({ id }, { name });
  }

  async delete(id: string): Promise<void> {
    await this.passkeys.delete({ id });
  }

  async deleteAllOf(userId: string): Promise<void> {
    await this.passkeys.delete({ userId });
  }

  private get passkeys() {
    return this.work.manager.getRepository(PasskeyEntity);
  }
}
