import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of a key of ours at a provider; its value is not among it. */
export interface ProviderKeyFacts {
  readonly id: string;
  readonly providerId: string;
  readonly label: string | null;
  readonly maskedValue: string;
  readonly enabled: boolean;
}

function shown({ id: _id, ...facts }: ProviderKeyFacts): Record<string, unknown> {
  return facts;
}

abstract class ProviderKeyEvent extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly providerKey: ProviderKeyFacts,
  ) {
    super(actor);
  }

  protected entry(action: string): AuditEntry {
    return { action, resourceType: 'provider_key', resourceId: this.providerKey.id };
  }
}

export class ProviderKeyAdded extends ProviderKeyEvent {
  audit(): AuditEntry {
    return { ...this.entry('PROVIDER_KEY_ADDED'), newValues: shown(this.providerKey) };
  }
}

export class ProviderKeyUpdated extends ProviderKeyEvent {
  constructor(
    actor: Principal,
    readonly before: ProviderKeyFacts,
    providerKey: ProviderKeyFacts,
  ) {
    super(actor, providerKey);
  }

  audit(): AuditEntry {
    return { ...this.entry('PROVIDER_KEY_UPDATED'), oldValues: shown(this.before), newValues: shown(this.providerKey) };
  }
}

export class ProviderKeyDeleted extends ProviderKeyEvent {
  audit(): AuditEntry {
    return { ...this.entry('PROVIDER_KEY_DELETED'), oldValues: shown(this.providerKey) };
  }
}

export class ProviderKeyTested extends ProviderKeyEvent {
  constructor(
    actor: Principal,
    providerKey: ProviderKeyFacts,
    readonly ok: boolean,
  ) {
    super(actor, providerKey);
  }

  audit(): AuditEntry {
    return { ...this.entry('PROVIDER_KEY_TESTED'), newValues: { ok: this.ok } };
  }
}

export class ProviderKeyCircuitReset extends ProviderKeyEvent {
  audit(): AuditEntry {
    return this.entry('PROVIDER_KEY_CIRCUIT_RESET');
  }
}

/** Several keys were added at once. */
export class ProviderKeysImported extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly providerId: string,
    readonly counts: { readonly total: number; readonly success: number; readonly failed: number },
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'PROVIDER_KEYS_IMPORTED',
      resourceType: 'provider',
      resourceId: this.providerId,
      newValues: { ...this.counts },
    };
  }
}
