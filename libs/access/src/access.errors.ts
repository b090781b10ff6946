import { defineErrors } from '#libs/kernel';

export const accessErrors = defineErrors({
  unauthorized: ['unauthenticated', 'Sign in first: this address needs a valid access token.'],
  permission_denied: ['forbidden', 'Your role does not allow this.'],
});
