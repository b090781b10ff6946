import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, MoreThan } from 'typeorm';
import { UnitOfWork } from '#libs/database';
import { SessionEntity } from './session.entity.js';

/** When sessions end, and why. */
export interface SessionEnd {
  readonly now: Date;
  readonly reason: string;
}

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

  /** Whoever it belongs to. */
  findOpen(id: string, now: Date): Promise<SessionEntity | null> {
    return this.sessions.findOneBy({ id, endedAt: IsNull(), expiresAt: MoreThan(now) });
  }

  /** Those that go on, the newest first. */
  listActive(userId: string, now: Date): Promise<SessionEntity[]> {
    return this.sessions.find({
      where: { userId, endedAt: IsNull(), expiresAt: MoreThan(now) },
      order: { createdAt: 'DESC', id: 'DESC' },
    });
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

  async setMethods(id: string, methods: readonly string[]): Promise<void> {
    await this.sessions.update({ id }, { methods: [...methods] });
  }

  async prove(id: string, methods: readonly string[], now: Date): Promise<void> {
    await this.sessions.update({ id }, { methods: [...methods], authenticatedAt: now });
  }

  /** @returns false when it had ended already, or belongs to somebody else */
  async end(id: string, userId: string, { now, reason }: SessionEnd): Promise<boolean> {
    const { affected } = await this.sessions.update(
      { id, userId, endedAt: IsNull(), expiresAt: MoreThan(now) },
      { endedAt: now, endReason: reason },
    );
    return affected === 1;
  }

  /** @returns the ids of those that went on until now */
  async endAllOf(userId: string, end: SessionEnd, but: string | null = null): Promise<string[]> {
    return this.endEach('user_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $4::uuid', userId, end, but);
  }

  /** Ends the oldest of those that are too many. @returns their ids */
  async endBeyond(most: number, userId: string, end: SessionEnd): Promise<string[]> {
    const tooMany = `id IN (SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2
                             ORDER BY created_at DESC, id DESC OFFSET $4)`;
    return this.endEach(tooMany, userId, end, most);
  }

  /** @returns how many there were */
  async deleteExpired(now: Date): Promise<number> {
    const { affected } = await this.sessions.delete({ expiresAt: LessThan(now) });
    return affected ?? 0;
  }

  private async endEach(
    which: string,
    userId: string,
    { now, reason }: SessionEnd,
    detail: number | string | null,
  ): Promise<string[]> {
    const rows: { id: string }[] = await this.work.manager.query(
      `WITH ended AS (UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE ${which} RETURNING id) SELECT id FROM ended`,
      [userId, now, reason, detail],
    );
    return rows.map(({ id }) => id);
  }

  private get sessions() {
    return this.work.manager.getRepository(SessionEntity);
  }
}
