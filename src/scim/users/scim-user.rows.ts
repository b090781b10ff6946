import { Injectable } from '@nestjs/common';
import { scimErrors } from '../scim.errors.js';
import type { ScimUser } from './scim-user.js';
import type { ScimUserEntity } from './scim-user.entity.js';
import { ScimUsersRepository } from './scim-users.repository.js';
import { UserNameSealer } from './user-name.sealer.js';

/** Keeps what a directory says of people, within the transaction that is open. */
@Injectable()
export class ScimUserRows {
  constructor(
    private readonly users: ScimUsersRepository,
    private readonly userNames: UserNameSealer,
  ) {}

  findLocked(id: string): Promise<ScimUserEntity | null> {
    return this.users.findLocked(id);
  }

  /** @throws DomainError scim_uniqueness */
  async insert(id: string, user: ScimUser, now: Date): Promise<ScimUserEntity> {
    await this.assertFree(user.userName);
    const row = { ...columnsOf(user), ...this.userNames.seal(id, user.userName), id, createdAt: now, updatedAt: now };
    await this.users.insert(row);
    return row;
  }

  /** What is the same as before is no change. @throws DomainError scim_uniqueness */
  async update(row: ScimUserEntity, before: ScimUser, after: ScimUser, now: Date): Promise<ScimUserEntity> {
    if (JSON.stringify(before) === JSON.stringify(after)) return row;
    if (before.userName !== after.userName) await this.assertFree(after.userName, row.id);
    const sealed = this.userNames.seal(row.id, after.userName);
    const { id, createdAt } = row;
    const changed = { ...columnsOf(after), ...sealed, id, createdAt, updatedAt: now };
    await this.users.update(changed);
    return changed;
  }

  async delete(id: string): Promise<void> {
    await this.users.delete(id);
  }

  /** The constraint does not know the index of a former key. */
  private async assertFree(userName: string, besides?: string): Promise<void> {
    if (await this.users.isUserNameTaken(this.userNames.indexes(userName), besides)) {
      throw scimErrors.scim_uniqueness({ message: 'Another user has this userName.' });
    }
  }
}

/** Address and name of the user are kept elsewhere, sealed. */
function columnsOf({ userName: _userName, email: _email, ...columns }: ScimUser): Omit<ScimUser, 'userName' | 'email'> {
  return columns;
}
