import { defineErrors } from '#libs/kernel';

export const usageErrors = defineErrors({
  usage_range_invalid: ['invalid', 'The end of the range lies before its start.'],
  usage_date_invalid: ['invalid', 'Give a date (2026-11-20) or a moment with its offset (2026-11-20T09:30:00Z).'],
});
