import { defineErrors } from '#libs/kernel';

export const accessErrors = defineErrors({
  unauthorized: ['unauthenticated', 'Sign in first: this address needs a valid access token.'],
  permission_denied: ['forbidden', 'Your role does not allow this.'],
  banned: ['forbidden', 'You are banned for now.'],
  mfa_setup_required: ['forbidden', 'Set up a second factor first: your role may not be used without one.'],
  terms_not_accepted: ['forbidden', 'Accept the terms of use first.'],
  session_required: ['forbidden', 'A personal access token is not enough for this: sign in.'],
  recent_auth_required: ['forbidden', 'Prove once more who you are, then try again: this needs a recent sign-in.'],
});
