import { defineErrors } from '#libs/kernel';

export const credentialErrors = defineErrors({
  credential_not_found: ['not_found', 'You keep no such credential here.'],
  credential_expiry_past: ['invalid', 'The end of the credential lies in the past.'],
  too_many_credentials: ['conflict', 'You keep as many credentials here as one person may. Remove one first.'],
});
