import { defineErrors } from '#libs/kernel';

export const apiKeyErrors = defineErrors({
  missing_api_key: [
    'unauthenticated',
    'Send an API key as "Authorization: Bearer sk-sluice-…", or in X-Client-API-Key or X-Api-Key.',
  ],
  invalid_api_key: ['unauthenticated', 'This API key is not valid.'],
  key_expired: ['unauthenticated', 'This API key has expired.'],
  conflicting_api_keys: [
    'invalid',
    'Authorization, X-Client-API-Key and X-Api-Key carry different keys. Send one of them.',
  ],
  api_key_not_found: ['not_found', 'There is no such API key.'],
  api_key_inactive: ['invalid', 'This API key is revoked or expired and cannot be changed.'],
  api_key_expiry_past: ['invalid', 'expiresAt must lie in the future.'],
  api_key_team_foreign: ['forbidden', 'You are not a member of this team.'],
  model_unknown: ['invalid', 'There is no such model.'],
  // The words of subscriptions for the same.
  subscription_required: ['forbidden', 'This model needs a subscription. Subscribe to it first.'],
});
