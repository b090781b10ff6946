import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** Something that callers or the bill may notice has changed in the catalogue. */
export abstract class CatalogueChanged extends AuditableEvent {}

/** What one synchronisation changed of one provider's models, by their names. */
export interface SyncChanges {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  /** Not offered any more; kept, but not callable. */
  readonly retired: readonly string[];
  readonly prices: readonly PriceChange[];
}

/** Decimals of US dollars a token, `in/out/cached`. */
export interface PriceChange {
  readonly model: string;
  readonly before: string;
  readonly after: string;
}

/** A catalogue may hold thousands of models; the log names this many and counts the rest. */
const NAMED = 200;

/** A provider's catalogue was read, and ours is different now. */
export class ModelsSynced extends CatalogueChanged {
  constructor(
    actor: Principal,
    readonly provider: { readonly id: string; readonly slug: string },
    readonly changes: SyncChanges,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { added, updated, retired, prices } = this.changes;
    const named = prices.slice(0, NAMED);
    return {
      action: 'MODELS_SYNCED',
      resourceType: 'provider',
      resourceId: this.provider.id,
      ...(named.length === 0
        ? {}
        : { oldValues: { prices: named.map(({ model, before }) => ({ model, price: before })) } }),
      newValues: {
        provider: this.provider.slug,
        counts: { added: added.length, updated: updated.length, retired: retired.length },
        added: added.slice(0, NAMED),
        updated: updated.slice(0, NAMED),
        retired: retired.slice(0, NAMED),
        ...(named.length === 0 ? {} : { prices: named.map(({ model, after }) => ({ model, price: after })) }),
      },
    };
  }
}
