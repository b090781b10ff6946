import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';
import { type Pico, picoToUsd } from '#libs/kernel';

/** What others may know of a key. */
export interface ApiKeyFacts {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly modelIds: readonly string[];
  readonly expiresAt: Date | null;
  readonly permissions: readonly string[] | null;
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
  readonly modelRpmLimit: Readonly<Record<string, number>>;
  readonly modelTpmLimit: Readonly<Record<string, number>>;
  readonly maxParallelRequests: number | null;
  readonly teamId: string | null;
  readonly maxBudget: Pico | null;
  readonly softBudget: Pico | null;
  readonly budgetDuration: string | null;
  readonly modelMaxBudget: Readonly<Record<string, string>>;
}

const RESOURCE = 'api_key';

const PUBLIC_ID_LENGTH = 8;

/** The public part alone: whatever begins like a key is removed from records. */
function publicId({ prefix }: ApiKeyFacts): string {
  return prefix.slice(-PUBLIC_ID_LENGTH);
}

function shown(key: ApiKeyFacts): Record<string, unknown> {
  const { name, modelIds, expiresAt, permissions, teamId, rpmLimit, tpmLimit, maxParallelRequests } = key;
  const { modelRpmLimit, modelTpmLimit, modelMaxBudget, budgetDuration, maxBudget, softBudget } = key;
  return {
    name,
    publicId: publicId(key),
    modelIds: [...modelIds],
    expiresAt: expiresAt?.toISOString() ?? null,
    permissions,
    teamId,
    rpmLimit,
    tpmLimit,
    modelRpmLimit,
    modelTpmLimit,
    maxParallelRequests,
    maxBudget: usd(maxBudget),
    softBudget: usd(softBudget),
    budgetDuration,
    modelMaxBudget,
  };
}

function usd(amount: Pico | null): string | null {
  return amount === null ? null : picoToUsd(amount);
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

/** What is remembered of a key does not hold any more. */
export abstract class ApiKeyChanged extends AuditableEvent {
  abstract readonly key: ApiKeyFacts;
}

/** A key's name, models or end are different now. */
export class ApiKeyUpdated extends ApiKeyChanged {
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
export class ApiKeyRotated extends ApiKeyChanged {
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
export class ApiKeyRevoked extends ApiKeyChanged {
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

/** A key's spending begins anew; what was spent stays on record. */
export class ApiKeySpendReset extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly keyId: string,
    /** A decimal of US dollars. */
    readonly spent: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'API_KEY_SPEND_RESET',
      resourceType: RESOURCE,
      resourceId: this.keyId,
      oldValues: { spent: this.spent },
      newValues: { spent: '0' },
    };
  }
}
