import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** Access tokens are signed with another key from a moment on. */
export class SigningKeyRotated extends AuditableEvent {
  /** @param discarded keys whose tokens were refused from that moment on */
  constructor(
    actor: Principal,
    readonly keyId: string,
    readonly usableFrom: Date,
    readonly discarded: readonly string[],
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'SIGNING_KEY_ROTATED',
      resourceType: 'signing_key',
      resourceId: this.keyId,
      newValues: { signsFrom: this.usableFrom.toISOString(), discarded: [...this.discarded] },
    };
  }
}
