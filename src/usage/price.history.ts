import type { Price } from '#libs/kernel';

/** What the ledger needs of the catalogue to rate a call again; the root hands it in. */
export abstract class PriceHistory {
  /** What these models cost, at any moment that is asked for afterwards. */
  abstract priceAt(modelIds: readonly string[]): Promise<(modelId: string, moment: Date) => Price | undefined>;
}
