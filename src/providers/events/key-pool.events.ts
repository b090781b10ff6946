import type { Principal } from '#libs/access';
import { type Alert, type AlertSubject, type AuditEntry, AuditableEvent } from '#libs/events';

/** The news that no key of a provider works. */
export function degradedPool(providerId: string): AlertSubject {
  return { kind: 'key_pool_degraded', resourceType: 'provider', resourceId: providerId };
}

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

  override alert(): Alert {
    const message = `No key of the provider "${this.provider.slug}" works. Calls to it fail until one does.`;
    return { ...degradedPool(this.provider.id), severity: 'error', message, lasts: true };
  }
}

/** A provider has a healthy key again. */
export class KeyPoolRecovered extends KeyPoolEvent {
  audit(): AuditEntry {
    return this.entry('KEY_POOL_RECOVERED');
  }

  override clears(): AlertSubject {
    return degradedPool(this.provider.id);
  }
}
