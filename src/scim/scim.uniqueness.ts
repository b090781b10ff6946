import { isUniqueViolation } from '#libs/database';
import { DomainError } from '#libs/kernel';
import { scimErrors } from './scim.errors.js';

/** By the constraint that was broken. */
const TAKEN: Readonly<Record<string, string>> = {
  scim_users_external_id_key: 'Another user has this externalId.',
  scim_users_user_name_index_key: 'Another user has this userName.',
  scim_groups_external_id_key: 'Another group has this externalId.',
  scim_groups_display_name: 'Another group has this displayName.',
};

/** Does it, and says what belongs to somebody else in SCIM's words. @throws DomainError scim_uniqueness */
export async function unlessTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const [constraint, message] of Object.entries(TAKEN)) {
      if (isUniqueViolation(error, constraint)) throw scimErrors.scim_uniqueness({ message });
    }
    if (error instanceof DomainError && error.code === 'identity_taken') {
      throw scimErrors.scim_uniqueness({ message: 'Somebody else signs in as whom this externalId names.' });
    }
    if (error instanceof DomainError && error.code === 'user_email_taken') {
      throw scimErrors.scim_uniqueness({
        message: 'There is an account with this e-mail address already, which the directory did not make.',
      });
    }
    throw error;
  }
}
