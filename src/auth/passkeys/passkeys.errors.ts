import { defineErrors } from '#libs/kernel';

export const passkeyErrors = defineErrors({
  passkey_not_made: [
    'invalid',
    'This is not the answer to the last question for a new passkey. Ask for options again.',
  ],
  passkey_rejected: ['unauthenticated', 'This passkey is not known here, or its answer is not good. Try again.'],
  passkey_not_found: ['not_found', 'There is no such passkey.'],
  passkey_taken: ['conflict', 'This passkey is registered already.'],
  too_many_passkeys: ['conflict', 'You have as many passkeys as a person may have. Remove one first.'],
});
