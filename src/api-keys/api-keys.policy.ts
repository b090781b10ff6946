import { moment } from '#libs/http';
import { apiKeyErrors } from './api-keys.errors.js';

export const API_KEY_STATES = ['active', 'revoked', 'expired'] as const;
export type ApiKeyState = (typeof API_KEY_STATES)[number];

/** Revocation is final, so it counts before expiry. */
export function stateOf(
  key: { readonly revokedAt: Date | null; readonly expiresAt: Date | null },
  now: Date,
): ApiKeyState {
  if (key.revokedAt) return 'revoked';
  return key.expiresAt && key.expiresAt <= now ? 'expired' : 'active';
}

/** Why a key cannot be called with, if it cannot: for itself, or for whoever stands behind it. */
export function refusalOf(
  key: {
    readonly revokedAt: Date | null;
    readonly expiresAt: Date | null;
    readonly ownerStatus: string;
    readonly ownerBannedUntil: Date | null;
    readonly teamId: string | null;
    readonly isInTeam: boolean;
  },
  now: Date,
): 'revoked' | 'expired' | 'owner_inactive' | 'owner_banned' | 'team_left' | undefined {
  const state = stateOf(key, now);
  if (state !== 'active') return state;
  if (key.ownerStatus !== 'active') return 'owner_inactive';
  if (key.ownerBannedUntil && key.ownerBannedUntil > now) return 'owner_banned';
  return key.teamId !== null && !key.isInTeam ? 'team_left' : undefined;
}

/**
 * The end that a caller wishes for a key; null for a key without one.
 *
 * @throws DomainError api_key_expiry_past
 */
export function expiryOf(text: string | null | undefined, now: Date): Date | null {
  if (text === null || text === undefined) return null;
  const date = moment(text);
  if (date <= now) throw apiKeyErrors.api_key_expiry_past({ param: 'expiresAt' });
  return date;
}
