import { defineErrors } from '#libs/kernel';

export const federationErrors = defineErrors({
  identity_provider_unknown: ['not_found', 'There is no such identity provider to sign in with.'],
  return_to_invalid: ['invalid', 'After signing in you can return to a path of this installation only.'],
  sign_in_flow_unknown: [
    'invalid',
    'This sign-in was not begun in this browser, or it was finished before. Begin it again.',
  ],
  sign_in_flow_expired: ['invalid', 'This sign-in took too long. Begin it again.'],
  identity_provider_refused: ['unauthenticated', 'The identity provider did not let you in.'],
  identity_provider_untrusted: [
    'unauthenticated',
    "The identity provider's answer does not prove who you are. Begin again; if it happens every time, ask an administrator.",
  ],
  identity_provider_unavailable: ['unavailable', 'The identity provider does not answer. Try again in a moment.'],
  provider_mismatch: [
    'conflict',
    'There is an account with this e-mail address already. Sign in to it as before, then link this provider in your profile.',
  ],
  provider_email_missing: ['forbidden', 'The identity provider gave no e-mail address, and an account needs one.'],
  provider_email_unverified: [
    'forbidden',
    'The identity provider has not checked your e-mail address. Confirm it there first.',
  ],
  provider_sign_up_closed: [
    'forbidden',
    'This provider only signs in people who have an account. Ask an administrator for one.',
  ],
  required_group_missing: ['forbidden', 'You are in none of the groups at the identity provider that may come in.'],
  logout_token_invalid: ['invalid', 'This log-out token signs nobody out.'],
  identity_taken: ['conflict', 'This identity belongs to another account.'],
  identity_not_found: ['not_found', 'There is no such identity of yours.'],
});
