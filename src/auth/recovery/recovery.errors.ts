import { defineErrors } from '#libs/kernel';

export const recoveryErrors = defineErrors({
  link_invalid: [
    'invalid',
    'This link is not good any more: it was used, has run out, or was never ours. Ask for a new one.',
  ],
  mail_not_configured: ['unavailable', 'This house sends no mail. Ask an administrator for help.'],
});
