import type { Principal } from '#libs/access';
import type { AuditEntry } from '#libs/events';
import { CatalogueChanged } from './model.events.js';

/** A price by its id, with decimals of US dollars by unit. */
export interface PriceFacts {
  readonly id: string;
  readonly validFrom: string;
  readonly prices: Readonly<Record<string, unknown>>;
}

/** An administrator said what a model costs from a moment on. */
export class ModelPriceSet extends CatalogueChanged {
  constructor(
    actor: Principal,
    readonly modelId: string,
    readonly before: PriceFacts | undefined,
    readonly after: PriceFacts,
    readonly confirmed: boolean,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'MODEL_PRICE_SET',
      resourceType: 'model',
      resourceId: this.modelId,
      ...(this.before ? { oldValues: { ...this.before } } : {}),
      newValues: { ...this.after, confirmed: this.confirmed },
    };
  }
}

/** An administrator took a price back: one that was to come, or the one in force. */
export class ModelPriceRemoved extends CatalogueChanged {
  constructor(
    actor: Principal,
    readonly modelId: string,
    readonly removed: PriceFacts,
    /** What the model costs after that. */
    readonly inForce: PriceFacts | undefined,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'MODEL_PRICE_REMOVED',
      resourceType: 'model',
      resourceId: this.modelId,
      oldValues: { ...this.removed },
      ...(this.inForce ? { newValues: { ...this.inForce } } : {}),
    };
  }
}
