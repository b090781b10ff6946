import { Injectable } from '@nestjs/common';
import { ADVISORY_LOCKS, UnitOfWork } from '#libs/database';
import { IdentityEntity } from './identity.entity.js';

/** Every question to the table of identities. */
@Injectable()
export class IdentitiesRepository {
  constructor(private readonly work: UnitOfWork) {}

  find(issuer: string, subject: string): Promise<IdentityEntity | null> {
    return this.identities.findOneBy({ issuer, subject });
  }

  /** Until the transaction ends, nobody else makes this identity known. */
  async lock(issuer: string, subject: string): Promise<void> {
    await this.work.manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [
      ADVISORY_LOCKS.identity,
      JSON.stringify([issuer, subject]),
    ]);
  }

  async insert(identity: IdentityEntity): Promise<void> {
    await this.identities.insert(identity);
  }

  async noteUse(id: string, lastUsedAt: Date): Promise<void> {
    await this.identities.update({ id }, { lastUsedAt });
  }

  listOf(userId: string): Promise<IdentityEntity[]> {
    return this.identities.find({ where: { userId }, order: { id: 'ASC' } });
  }

  /** Within a transaction: nobody else adds to or takes from them meanwhile. */
  async listLocked(userId: string): Promise<IdentityEntity[]> {
    return this.identities.find({ where: { userId }, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } });
  }

  async delete(id: string): Promise<void> {
    await this.identities.delete({ id });
  }

  async deleteAllOf(userId: string): Promise<void> {
    await this.identities.delete({ userId });
  }

  private get identities() {
    return this.work.manager.getRepository(IdentityEntity);
  }
}
