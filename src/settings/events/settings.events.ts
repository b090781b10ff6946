import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

interface BrandingFacts {
  readonly title: string | null;
}

/** An administrator changed how the installation presents itself. */
export class BrandingSet extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly before: BrandingFacts,
    readonly after: BrandingFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'BRANDING_SET',
      resourceType: 'setting',
      resourceId: 'branding',
      oldValues: { title: this.before.title },
      newValues: { title: this.after.title },
    };
  }
}
