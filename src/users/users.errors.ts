import { defineErrors } from '#libs/kernel';

export const userErrors = defineErrors({
  user_not_found: ['not_found', 'There is no such person.'],
  user_email_taken: ['conflict', 'There is an account with this e-mail address already.'],
  user_phone_taken: ['conflict', 'Another account has this telephone number already.'],
  last_administrator_needed: ['conflict', 'This is the last administrator. Make another one first.'],
});
