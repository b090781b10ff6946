import type { User } from './user.entity.js';

/** Whether somebody could administer the house now. `UsersRepository.existsAdministrator` asks the same of the table. */
export function administers({ role, status, bannedUntil }: User, now: Date): boolean {
  return role === 'admin' && status === 'active' && (bannedUntil === null || bannedUntil <= now);
}
