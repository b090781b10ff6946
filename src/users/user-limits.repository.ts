import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** Rates that hold for a person over all their keys. */
export interface UserRates {
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
}

/** The columns of the table of users that limit what a person may call. */
@Injectable()
export class UserLimitsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Within a transaction: nobody else changes the person until it ends. */
  async findLocked(id: string): Promise<UserRates | undefined> {
    const rows: UserRates[] = await this.work.manager.query(
      'SELECT rpm_limit AS "rpmLimit", tpm_limit AS "tpmLimit" FROM users WHERE id = $1 FOR UPDATE',
      [id],
    );
    return rows[0];
  }

  async setRates(id: string, { rpmLimit, tpmLimit }: UserRates): Promise<void> {
    await this.work.manager.query('UPDATE users SET rpm_limit = $2, tpm_limit = $3, updated_at = now() WHERE id = $1', [
      id,
      rpmLimit,
      tpmLimit,
    ]);
  }
}
