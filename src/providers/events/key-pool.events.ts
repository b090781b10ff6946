import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

abstract class KeyPoolEvent extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly provider: { readonly id: string; readonly slug: string },
  ) {
    super(actor);
  }

  protected entry(action: string): AuditEntry {
    const { id, slug } = this.provider;
    return { action, resourceType: 'provider', resourceId: id, newValues: { provider: slug } };
  }
}

/** The last healthy key of a provider failed: calls to it fail until one recovers. */
export class KeyPoolDegraded extends KeyPoolEvent {
  audit(): AuditEntry {
    return this.entry('KEY_POOL_DEGRADED');
  }
}

/** A provider has a healthy key again. */
export class KeyPoolRecovered extends KeyPoolEvent {
  audit(): AuditEntry {
    return this.entry('KEY_POOL_RECOVERED');
  }
}
