import { defineErrors } from '#libs/kernel';

export const balanceErrors = defineErrors({
  balance_not_found: ['not_found', 'There is no balance.'],
  user_not_found: ['not_found', 'There is no such person.'],
});
