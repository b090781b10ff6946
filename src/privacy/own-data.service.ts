import { Injectable } from '@nestjs/common';
import { accessErrors, personOf, type Principal, type UserPrincipal } from '#libs/access';
import { OwnPassword } from '../auth/protection/own.password.js';
import type { Whence } from '../auth/sessions/whence.decorator.js';
import { AccountDeletion, type Deletion } from './account.deletion.js';
import { DataExport, type ExportedData } from './data.export.js';

/** What people may ask for of their own data, once they have proved again that they are who they are. */
@Injectable()
export class OwnDataService {
  constructor(
    private readonly password: OwnPassword,
    private readonly exports: DataExport,
    private readonly deletions: AccountDeletion,
  ) {}

  /** @throws DomainError recent_auth_required, export_too_soon, and as {@link OwnPassword.confirm} */
  async export(actor: Principal, password: string | undefined, whence: Whence): Promise<ExportedData> {
    await this.mustBeOwner(personOf(actor), password, whence);
    return this.exports.run(actor);
  }

  /**
   * @throws DomainError recent_auth_required, last_administrator_needed, team_needs_owner, and as
   * {@link OwnPassword.confirm}
   */
  async deleteAccount(actor: Principal, password: string | undefined, whence: Whence): Promise<Deletion> {
    await this.mustBeOwner(personOf(actor), password, whence);
    return this.deletions.delete(actor, personOf(actor).userId);
  }

  /** A session that a factor is still asked of proves nothing, also with the password. */
  private async mustBeOwner(person: UserPrincipal, password: string | undefined, whence: Whence): Promise<void> {
    if (!person.isFullyProved) throw accessErrors.recent_auth_required();
    await this.password.confirm(person, password, whence);
  }
}
