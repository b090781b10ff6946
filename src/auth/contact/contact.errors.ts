import { defineErrors } from '#libs/kernel';

export const contactErrors = defineErrors({
  sms_not_configured: ['unavailable', 'This house sends no text messages.'],
  phone_invalid: ['invalid', 'This is no telephone number: write it with its country code, as in +1 555 0100 123.'],
  code_void: [
    'invalid',
    'There is no code that is good: it was used, has run out, or was tried too often. Ask for a new one.',
  ],
});
