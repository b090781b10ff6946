import { Injectable } from '@nestjs/common';
import { accessErrors } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { UserDirectory } from '../../users/user.directory.js';

/** Who acts, and the session in which they do, if it is one. */
export interface ActingPerson {
  readonly userId: string;
  readonly sessionId?: string;
}

/** Sees to it that nobody gets a token, or agrees to one, in the very moment in which they are shut out. */
@Injectable()
export class TokenOwners {
  constructor(
    private readonly users: UserDirectory,
    private readonly work: UnitOfWork,
  ) {}

  /**
   * Within a transaction. Whoever shuts the account, or ends its sessions with its password, waits until that ends, and
   * then finds what was made in it; or came first, and is heard here.
   *
   * @throws DomainError unauthorized
   */
  async hold({ userId, sessionId }: ActingPerson): Promise<void> {
    const isUsable = await this.users.lockUsable(userId);
    if (!isUsable || (sessionId !== undefined && !(await this.goesOn(sessionId)))) throw accessErrors.unauthorized();
  }

  private async goesOn(sessionId: string): Promise<boolean> {
    const sql = 'SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL';
    const rows: unknown[] = await this.work.manager.query(sql, [sessionId]);
    return rows.length === 1;
  }
}
