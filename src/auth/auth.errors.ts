import { defineErrors } from '#libs/kernel';

export const authErrors = defineErrors({
  password_rejected: ['invalid', 'This password does not keep the rules; each broken one is listed.'],
  wrong_password: ['invalid', 'This is not your password.'],
  password_required: ['invalid', 'Give your password as well.'],
  sign_in_again: ['forbidden', 'This account has no password to give: sign in once more instead.'],
  wrong_code: ['invalid', 'This code is not right, or was used already.'],
  password_reused: ['invalid', 'This is one of your last passwords. Choose another one.'],
  password_changed_meanwhile: ['conflict', 'The password was changed by somebody else just now.'],
  email_not_verified: [
    'forbidden',
    'Verify your e-mail address first: follow the link in the mail, or ask for another.',
  ],
  invalid_credentials: ['unauthenticated', 'The e-mail address or the password is not right.'],
  session_ended: ['unauthenticated', 'This session has ended. Sign in again.'],
  session_expired: ['unauthenticated', 'This session has run out. Sign in again.'],
  session_not_found: ['not_found', 'There is no such session.'],
  registration_closed: ['forbidden', 'Registration is closed. Ask an administrator for an account.'],
  last_way_in: [
    'conflict',
    'This is your only way to sign in. Set a password, link a provider or register a passkey first.',
  ],
  origin_not_allowed: ['forbidden', 'Pages of this origin may not use the session cookie.'],
  csrf_token_invalid: [
    'forbidden',
    'This call comes with the session cookie and without its CSRF token. Send it as X-CSRF-Token.',
  ],
  account_locked: ['locked', 'This account is locked after too many wrong guesses. Try again later.'],
  rate_limited: ['rate_limited', 'Too many attempts. Try again later.'],
  sign_in_busy: ['unavailable', 'Too many people are signing in at once. Try again in a moment.'],
});
