import { defineErrors } from '#libs/kernel';

export const limitErrors = defineErrors({
  rate_limit_exceeded: ['rate_limited', 'Too many requests. Wait for the time in Retry-After.'],
  token_limit_exceeded: ['rate_limited', 'Too many tokens. Wait for the time in Retry-After.'],
});
