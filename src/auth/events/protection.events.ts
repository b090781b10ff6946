import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** So much came from a network that nobody can sign in or register from there for a while. */
export class NetworkBanned extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly network: string,
    readonly until: Date,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'NETWORK_BANNED',
      resourceType: 'network',
      resourceId: this.network,
      newValues: { until: this.until.toISOString() },
    };
  }
}
