import { defineErrors } from '#libs/kernel';

export const mfaErrors = defineErrors({
  mfa_already_on: ['invalid', 'One-time codes are on already. Switch them off first.'],
  mfa_not_on: ['invalid', 'One-time codes are not on.'],
  code_required: ['invalid', 'Give a code of your authenticator app as well, or a backup code.'],
  proof_required: ['invalid', 'Give either a code or a passkey.'],
  wrong_passkey: ['invalid', 'This passkey is not yours, or its answer is not good.'],
  second_factor_not_found: ['not_found', 'This person has no second factor of that kind.'],
  own_second_factors: [
    'conflict',
    'These are your own: remove them where your password and a code are asked for, at /api/auth/mfa and /api/v1/auth/passkeys.',
  ],
  challenge_ended: ['unauthenticated', 'This sign-in has ended. Begin again.'],
  second_factor_rejected: ['unauthenticated', 'This proof is not right, or was used already.'],
});
