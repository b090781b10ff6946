/** A person signed in to the control plane. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly id: string;
  readonly userId: string;
  readonly role: string;
  readonly sessionId: string;
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
export type Principal = UserPrincipal | ApiKeyPrincipal | SystemPrincipal | AnonymousPrincipal;

export const SYSTEM: SystemPrincipal = Object.freeze({ kind: 'system', id: 'system' });
export const ANONYMOUS: AnonymousPrincipal = Object.freeze({ kind: 'anonymous' });
