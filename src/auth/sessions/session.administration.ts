import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UserDirectory } from '../../users/user.directory.js';
import { SessionKeeper, type SessionView } from './session.keeper.js';

/** Shows administrators the sessions of others, and ends them. */
@Injectable()
export class SessionAdministration {
  constructor(
    private readonly users: UserDirectory,
    private readonly keeper: SessionKeeper,
  ) {}

  /** @throws DomainError user_not_found */
  async list(actor: Principal, userId: string): Promise<SessionView[]> {
    await this.users.get(userId);
    return this.keeper.list(actor, userId);
  }

  /** @throws DomainError user_not_found, session_not_found */
  async endOne(actor: Principal, userId: string, sessionId: string): Promise<void> {
    await this.users.get(userId);
    await this.keeper.endOne(actor, sessionId, userId);
  }

  /** @throws DomainError user_not_found */
  async endAll(actor: Principal, userId: string): Promise<void> {
    await this.users.get(userId);
    await this.keeper.endAllOf(actor, userId, 'revoked');
  }
}
