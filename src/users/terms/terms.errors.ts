import { defineErrors } from '#libs/kernel';

export const termsErrors = defineErrors({
  terms_not_set: ['not_found', 'There are no terms of use to accept.'],
  terms_changed: ['conflict', 'These are no longer the terms in force. Read the present ones first.'],
});
