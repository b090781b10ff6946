import { defineErrors } from '#libs/kernel';

export const personalTokenErrors = defineErrors({
  personal_token_expected: ['invalid', 'This ends the personal access token that asks: send one.'],
  personal_token_not_found: ['not_found', 'There is no such token, or it has ended.'],
  personal_token_expiry_invalid: ['invalid', 'A token ends between now and a year from now.'],
  personal_tokens_too_many: ['conflict', 'You have as many tokens as one may have. End one first.'],
});
