import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

interface TermsFacts {
  readonly version: string | null;
  readonly text: string | null;
  readonly url: string | null;
  readonly required: boolean;
}

const RESOURCE = { resourceType: 'setting', resourceId: 'terms' };

function shown({ version, text, url, required }: TermsFacts): Record<string, unknown> {
  return { version, text, url, required };
}

/** Other terms of use hold, or they hold for others. */
export class TermsSet extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly before: TermsFacts,
    readonly after: TermsFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { ...RESOURCE, action: 'TERMS_SET', oldValues: shown(this.before), newValues: shown(this.after) };
  }
}

/** Everybody is asked anew. */
export class TermsReset extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly version: string | null,
    readonly people: number,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { ...RESOURCE, action: 'TERMS_RESET', newValues: { version: this.version, people: this.people } };
  }
}

/** Somebody accepted the terms of use. */
export class TermsAccepted extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly version: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'TERMS_ACCEPTED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { version: this.version },
    };
  }
}
