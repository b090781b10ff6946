import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** A person said whether a device may act for them. */
export class DeviceRequestDecided extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly requestId: string,
    readonly client: string,
    readonly approved: boolean,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: this.approved ? 'DEVICE_APPROVED' : 'DEVICE_DENIED',
      resourceType: 'device_request',
      resourceId: this.requestId,
      newValues: { client: this.client },
    };
  }
}
