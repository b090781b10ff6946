import { defineErrors } from '#libs/kernel';

export const registrationErrors = defineErrors({
  email_domain_not_allowed: ['forbidden', 'Accounts are not made with e-mail addresses of this domain.'],
  invitation_invalid: [
    'forbidden',
    'This invitation is not good: it was used, has run out, is for another address, or who wrote it may give no such role any more.',
  ],
  invitee_has_account: ['conflict', 'Somebody has an account with this e-mail address already.'],
  invitation_not_found: ['not_found', 'There is no such invitation, or it was used.'],
});
