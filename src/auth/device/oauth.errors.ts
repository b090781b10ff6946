/** The errors of RFC 6749 §5.2 and RFC 8628 §3.5 that we answer with. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_grant'
  | 'unsupported_grant_type'
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token';

const DESCRIPTIONS: Readonly<Record<OAuthErrorCode, string>> = {
  invalid_request: 'A parameter is missing, or stands there twice.',
  invalid_grant: 'This device code is not known, or was used.',
  unsupported_grant_type: 'Only the device flow is served here.',
  authorization_pending: 'Nobody has entered the user code yet.',
  slow_down: 'You ask too often: wait five seconds longer each time.',
  access_denied: 'The person refused.',
  expired_token: 'The codes are too old. Begin anew.',
};

/** A refusal as OAuth clients read it: an everyday outcome, and so a value. */
export interface OAuthError {
  readonly error: OAuthErrorCode;
  readonly error_description: string;
}

export function oauthError(error: OAuthErrorCode): OAuthError {
  return { error, error_description: DESCRIPTIONS[error] };
}
