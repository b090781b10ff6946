import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { SessionEntity } from './session.entity.js';

/** Every question to the table of sessions. */
@Injectable()
export class SessionsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(session: SessionEntity): Promise<void> {
    await this.sessions.insert(session);
  }

  findActive(id: string, userId: string, now: Date): Promise<SessionEntity | null> {
    return this.sessions.findOneBy({ id, userId, endedAt: IsNull(), expiresAt: MoreThan(now) });
  }

  existsFrom(ip: string, userId: string, now: Date): Promise<boolean> {
    return this.sessions.existsBy({ ip, userId, expiresAt: MoreThan(now) });
  }

  /** Within a transaction: two refreshes of one session follow each other. */
  findLocked(id: string): Promise<SessionEntity | null> {
    return this.sessions.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async renew(
    id: string,
    { refreshHash, now, expiresAt }: { refreshHash: Buffer; now: Date; expiresAt: Date },
  ): Promise<void> {
    await this.sessions.update({ id }, { refreshHash, lastUsedAt: now, expiresAt });
  }

  /** @returns false when it had ended already */
  async end(id: string, { now, reason }: { now: Date; reason: string }): Promise<boolean> {
    const { affected } = await this.sessions.update({ id, endedAt: IsNull() }, { endedAt: now, endReason: reason });
    return affected === 1;
  }

  async endAllOf(userId: string, { now, reason }: { now: Date; reason: string }): Promise<void> {
    await this.sessions.update({ userId, endedAt: IsNull() }, { endedAt: now, endReason: reason });
  }

  /** @returns how many there were */
  async deleteExpired(now: Date): Promise<number> {
    const { affected } = await this.sessions.delete({ expiresAt: LessThan(now) });
    return affected ?? 0;
  }

  private get sessions() {
    return this.work.manager.getRepository(SessionEntity);
  }
}
