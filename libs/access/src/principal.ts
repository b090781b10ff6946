import type { Duty } from './duty.js';

/** A person signed in to the control plane. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly id: string;
  readonly userId: string;
  readonly role: string;
  readonly sessionId: string;
  /** The personal access token that they came with instead; its id is also that of the session. Left out: a session. */
  readonly tokenId?: string;
  /** How they proved who they are when the session was opened or last confirmed, in the names of RFC 8176. */
  readonly methods: readonly string[];
  /** When they proved it last. */
  readonly authenticatedAt: Date;
  /** Whether that was as strong as they can: with a second factor, where they have one. */
  readonly isFullyProved: boolean;
  /** What they must do before the house is open to them. */
  readonly duties: readonly Duty[];
}

/** Units a minute, counted under a name that is the same on every replica. */
export interface CallerRate {
  readonly name: string;
  readonly policy: 'requests' | 'tokens';
  readonly limit: number;
}

/** Limits of a key, and of whoever stands behind it. */
export interface CallerLimits {
  /** Those that hold for every call. */
  readonly rates: readonly CallerRate[];
  /** Those that hold for calls of one model, by its id. */
  readonly modelRates: ReadonlyMap<string, readonly CallerRate[]>;
  /** Calls of the key that run at a time. */
  readonly parallel: number | undefined;
}

/** A program calling the gateway with one of our API keys. */
export interface ApiKeyPrincipal {
  readonly kind: 'api-key';
  /** The key's id. */
  readonly id: string;
  /** The key's owner, who answers for its calls. */
  readonly userId: string;
  /** The models that the key may call. */
  readonly models: ReadonlySet<string>;
  /** What the key may ask for; left out: everything. */
  readonly permissions?: ReadonlySet<string>;
  /** The team whose member the owner calls as. */
  readonly teamId?: string;
  /** How much the key may do at a time; left out: as much as it likes. */
  readonly limits?: CallerLimits;
}

/** A company's directory, which provisions people and teams by SCIM. */
export interface ScimPrincipal {
  readonly kind: 'scim';
  /** The SCIM token's id. */
  readonly id: string;
}

/** The platform itself: start-up, jobs, and the clean-up after a crash. */
export interface SystemPrincipal {
  readonly kind: 'system';
  readonly id: string;
}

/** Somebody who has not proved who they are. */
export interface AnonymousPrincipal {
  readonly kind: 'anonymous';
}

/** Who acts. The first argument of every service method. */
export type Principal = UserPrincipal | ApiKeyPrincipal | ScimPrincipal | SystemPrincipal | AnonymousPrincipal;

export const SYSTEM: SystemPrincipal = Object.freeze({ kind: 'system', id: 'system' });
export const ANONYMOUS: AnonymousPrincipal = Object.freeze({ kind: 'anonymous' });
