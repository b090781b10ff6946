import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { OwnerProof } from '../auth/owner.proof.js';
import { AccountDeletion, type Deletion } from './account.deletion.js';
import { DataExport, type ExportedData } from './data.export.js';

/** What people may ask for of their own data, once they have proved again that they are who they are. */
@Injectable()
export class OwnDataService {
  constructor(
    private readonly proof: OwnerProof,
    private readonly exports: DataExport,
    private readonly deletions: AccountDeletion,
  ) {}

  /** @throws DomainError password_wrong, recent_auth_required, export_too_soon */
  async export(actor: Principal, password: string | undefined, network: string): Promise<ExportedData> {
    await this.proof.demand(actor, password, network);
    return this.exports.run(actor);
  }

  /** @throws DomainError password_wrong, recent_auth_required, last_administrator_needed, team_needs_owner */
  async deleteAccount(actor: Principal, password: string | undefined, network: string): Promise<Deletion> {
    await this.proof.demand(actor, password, network);
    return this.deletions.delete(actor, personOf(actor).userId);
  }
}
