import type { ProviderFacts } from './events/provider.events.js';
import type { ProviderRow } from './providers.repository.js';
import type { Upstream } from './upstream.js';

/** A provider as administrators see it. */
export interface ProviderView extends ProviderRow {
  readonly keyCount: number;
  readonly healthyKeyCount: number;
}

/** @param upstream undefined for a provider that is not in use */
export function providerView(row: ProviderRow, upstream: Upstream | undefined): ProviderView {
  const keys = upstream?.ring.slots.filter(({ id }) => id !== undefined) ?? [];
  return { ...row, keyCount: keys.length, healthyKeyCount: keys.filter(({ healthy }) => healthy).length };
}

export function providerFacts(row: ProviderFacts): ProviderFacts {
  const { id, name, type, baseUrl, enabled, allowPrivate, rotation } = row;
  return { id, name, type, baseUrl, enabled, allowPrivate, rotation };
}
