import { defineErrors } from '#libs/kernel';

export const deviceErrors = defineErrors({
  device_request_not_found: ['not_found', 'No device waits for this code. It may be mistyped, used, or too old.'],
});
