import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of a key. */
export interface ApiKeyFacts {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly modelIds: readonly string[];
  readonly expiresAt: Date | null;
}

const RESOURCE = 'api_key';

const PUBLIC_ID_LENGTH = 8;

/** The public part alone: whatever begins like a key is removed from records. */
function publicId({ prefix }: ApiKeyFacts): string {
  return prefix.slice(-PUBLIC_ID_LENGTH);
}

function shown(key: ApiKeyFacts): Record<string, unknown> {
  const { name, modelIds, expiresAt } = key;
  return { name, publicId: publicId(key), modelIds: [...modelIds], expiresAt: expiresAt?.toISOString() ?? null };
}

/** Somebody has a new key. */
export class ApiKeyIssued extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly key: ApiKeyFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'API_KEY_ISSUED',
      resourceType: RESOURCE,
      resourceId: this.key.id,
      newValues: shown(this.key),
    };
  }
}

/** A key's name, models or end are different now. */
export class ApiKeyUpdated extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly before: ApiKeyFacts,
    readonly key: ApiKeyFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'API_KEY_UPDATED',
      resourceType: RESOURCE,
      resourceId: this.key.id,
      oldValues: shown(this.before),
      newValues: shown(this.key),
    };
  }
}

/** A key has another secret; the one before is worthless. */
export class ApiKeyRotated extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly before: ApiKeyFacts,
    readonly key: ApiKeyFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'API_KEY_ROTATED',
      resourceType: RESOURCE,
      resourceId: this.key.id,
      oldValues: { publicId: publicId(this.before) },
      newValues: { publicId: publicId(this.key) },
    };
  }
}

/** A key is worthless from now on. */
export class ApiKeyRevoked extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly key: ApiKeyFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'API_KEY_REVOKED',
      resourceType: RESOURCE,
      resourceId: this.key.id,
      oldValues: shown(this.key),
    };
  }
}
