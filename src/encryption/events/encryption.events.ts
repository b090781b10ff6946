import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** Everything that is sealed was sealed again with the current encryption key. */
export class EncryptionKeyRotated extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly encryptionKeyId: string,
    readonly resealed: number,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'ENCRYPTION_KEY_ROTATED',
      resourceType: 'encryption_key',
      resourceId: this.encryptionKeyId,
      newValues: { resealed: this.resealed },
    };
  }
}
