import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** A person has another picture now. */
export class AvatarSet extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly image: {
      readonly type: string;
      readonly width: number;
      readonly height: number;
      readonly bytes: number;
    },
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_AVATAR_SET',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { ...this.image },
    };
  }
}

/** A person has no picture any more. */
export class AvatarRemoved extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'USER_AVATAR_REMOVED', resourceType: 'user', resourceId: this.userId };
  }
}
