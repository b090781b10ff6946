import type { Principal } from '#libs/access';
import type { AuditEntry } from '#libs/events';
import { CatalogueChanged } from './model.events.js';

/** A model has another name now, or a name means another model. */
export class ModelAliasSet extends CatalogueChanged {
  constructor(
    actor: Principal,
    readonly alias: string,
    readonly before: string | undefined,
    readonly modelId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'MODEL_ALIAS_SET',
      resourceType: 'model_alias',
      resourceId: this.alias,
      ...(this.before === undefined ? {} : { oldValues: { modelId: this.before } }),
      newValues: { modelId: this.modelId },
    };
  }
}

/** A name means no model any more. */
export class ModelAliasRemoved extends CatalogueChanged {
  constructor(
    actor: Principal,
    readonly alias: string,
    readonly modelId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'MODEL_ALIAS_REMOVED',
      resourceType: 'model_alias',
      resourceId: this.alias,
      oldValues: { modelId: this.modelId },
    };
  }
}

/** Other models answer in the place of one whose provider cannot. */
export class ModelFallbacksSet extends CatalogueChanged {
  constructor(
    actor: Principal,
    readonly modelId: string,
    readonly before: readonly string[],
    readonly after: readonly string[],
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'MODEL_FALLBACKS_SET',
      resourceType: 'model',
      resourceId: this.modelId,
      oldValues: { fallbackIds: this.before },
      newValues: { fallbackIds: this.after },
    };
  }
}
