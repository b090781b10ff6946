import { Injectable } from '@nestjs/common';
import { ADVISORY_LOCKS, paginate, UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import { ViolationEntity } from './violation.entity.js';

/** Whose points are added up. */
export type Offender = { readonly kind: 'user' | 'network'; readonly id: string };

/** The questions about violations, and about the networks that are banned for them. */
@Injectable()
export class ViolationsRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(violation: ViolationEntity): Promise<void> {
    await this.violations.insert(violation);
  }

  /** Within a transaction: the points of one offender are added up by one replica after the other. */
  async lock({ kind, id }: Offender): Promise<void> {
    await this.work.manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [
      ADVISORY_LOCKS.violations,
      `${kind} ${id}`,
    ]);
  }

  async points({ kind, id }: Offender, since: Date): Promise<number> {
    const whose = kind === 'user' ? "user_id = $1 AND type <> 'login'" : 'network = $1';
    const rows: { points: string }[] = await this.work.manager.query(
      `SELECT coalesce(sum(score), 0) AS points FROM violations WHERE ${whose} AND created_at > $2`,
      [id, since],
    );
    return Number(rows[0]?.points);
  }

  /** The newest first. */
  list({
    userId,
    type,
    ...page
  }: {
    userId?: string;
    type?: string;
    page: number;
    limit: number;
  }): Promise<Page<ViolationEntity>> {
    const found = this.violations.createQueryBuilder('violation').orderBy('violation.id', 'DESC');
    if (userId !== undefined) found.andWhere('violation.userId = :userId', { userId });
    if (type !== undefined) found.andWhere('violation.type = :type', { type });
    return paginate(found, page);
  }

  async banNetwork(network: string, until: Date): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO network_bans (network, banned_until) VALUES ($1, $2)
       ON CONFLICT (network) DO UPDATE SET banned_until = greatest(network_bans.banned_until, excluded.banned_until)`,
      [network, until],
    );
  }

  async networkBan(network: string, now: Date): Promise<Date | undefined> {
    const rows: { until: Date }[] = await this.work.manager.query(
      'SELECT banned_until AS until FROM network_bans WHERE network = $1 AND banned_until > $2',
      [network, now],
    );
    return rows[0]?.until;
  }

  /** Forgets what is older, and bans that are over. */
  async prune(before: Date, now: Date): Promise<void> {
    await this.work.manager.query('DELETE FROM violations WHERE created_at < $1', [before]);
    await this.work.manager.query('DELETE FROM network_bans WHERE banned_until < $1', [now]);
  }

  private get violations() {
    return this.work.manager.getRepository(ViolationEntity);
  }
}
