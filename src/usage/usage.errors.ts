import { defineErrors } from '#libs/kernel';

export const usageErrors = defineErrors({
  re_rating_too_long: ['invalid', 'At most 92 days are rated again at a time.'],
  ledger_full: ['unavailable', 'No further call can be recorded at present. Try again in a moment.'],
});
