import { defineErrors } from '#libs/kernel';

export const privacyErrors = defineErrors({
  export_too_soon: ['rate_limited', 'Your data was exported less than seven days ago. Try again later.'],
  consent_not_found: ['not_found', 'There is no such consent of yours, or it was withdrawn before.'],
  consent_given: ['conflict', 'You agreed to this already.'],
});
