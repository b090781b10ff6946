import { defineErrors } from '#libs/kernel';

export const usageErrors = defineErrors({
  usage_range_invalid: ['invalid', 'The end of the range lies before its start.'],
  re_rating_too_long: ['invalid', 'At most 92 days are rated again at a time.'],
  usage_date_invalid: ['invalid', 'Give a date (2026-11-20) or a moment with its offset (2026-11-20T09:30:00Z).'],
  ledger_full: ['unavailable', 'No further call can be recorded at present. Try again in a moment.'],
});
