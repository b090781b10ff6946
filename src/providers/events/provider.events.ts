import type { Principal } from '#libs/access';
import { type AlertSubject, type AuditEntry, AuditableEvent } from '#libs/events';
import { degradedPool } from './key-pool.events.js';

/** What others may know of a provider. */
export interface ProviderFacts {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly baseUrl: string;
  readonly enabled: boolean;
  readonly allowPrivate: boolean;
  readonly rotation: string;
}

function shown({ id: _id, ...facts }: ProviderFacts): Record<string, unknown> {
  return facts;
}

/** Something about the providers, or the keys that may be used, has changed. */
export abstract class ProvidersChanged extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly provider: ProviderFacts,
  ) {
    super(actor);
  }

  protected entry(action: string): AuditEntry {
    return { action, resourceType: 'provider', resourceId: this.provider.id };
  }
}

export class ProviderCreated extends ProvidersChanged {
  audit(): AuditEntry {
    return { ...this.entry('PROVIDER_CREATED'), newValues: shown(this.provider) };
  }
}

export class ProviderUpdated extends ProvidersChanged {
  constructor(
    actor: Principal,
    readonly before: ProviderFacts,
    provider: ProviderFacts,
  ) {
    super(actor, provider);
  }

  audit(): AuditEntry {
    return { ...this.entry('PROVIDER_UPDATED'), oldValues: shown(this.before), newValues: shown(this.provider) };
  }
}

export class ProviderDeleted extends ProvidersChanged {
  audit(): AuditEntry {
    return { ...this.entry('PROVIDER_DELETED'), oldValues: shown(this.provider) };
  }

  override clears(): AlertSubject {
    return degradedPool(this.provider.id);
  }
}
