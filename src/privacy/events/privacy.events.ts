import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** Somebody was given their data. */
export class DataExported extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly exportId: string,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'DATA_EXPORTED',
      resourceType: 'data_export',
      resourceId: this.exportId,
      newValues: { userId: this.userId },
    };
  }
}

/** An account is gone. */
export class AccountDeleted extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly deletionId: string,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'ACCOUNT_DELETED',
      resourceType: 'account_deletion',
      resourceId: this.deletionId,
      oldValues: { userId: this.userId },
    };
  }
}

/** What somebody agreed to. */
interface ConsentFacts {
  readonly id: string;
  readonly purpose: string;
  readonly version: string;
}

abstract class ConsentChanged extends AuditableEvent {
  protected abstract readonly action: string;

  constructor(
    actor: Principal,
    readonly consent: ConsentFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { id, purpose, version } = this.consent;
    return { action: this.action, resourceType: 'consent', resourceId: id, newValues: { purpose, version } };
  }
}

/** Somebody agreed to something. */
export class ConsentGiven extends ConsentChanged {
  protected readonly action = 'CONSENT_GIVEN';
}

/** Somebody does not agree any more. */
export class ConsentWithdrawn extends ConsentChanged {
  protected readonly action = 'CONSENT_WITHDRAWN';
}

/** The rules that delete what is of no use were run, or tried. */
export class RetentionRun extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly runId: string,
    readonly dryRun: boolean,
    readonly counts: readonly { readonly kind: string; readonly due: number; readonly deleted: number }[],
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'RETENTION_RUN',
      resourceType: 'retention_run',
      resourceId: this.runId,
      newValues: { dryRun: this.dryRun, counts: this.counts },
    };
  }
}
