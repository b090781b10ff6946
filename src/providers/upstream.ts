import type { ProviderKind } from './configured-providers.js';
import type { KeyRing } from './key.ring.js';
import type { KeySlot } from './key.slot.js';
import type { RetryBudget } from './retry.budget.js';

/** A provider that this process may call. */
export interface UpstreamProvider {
  readonly id: string;
  readonly slug: string;
  readonly kind: ProviderKind;
  /** The base that OpenAI paths are appended to, whatever the kind: `<base>/chat/completions`. */
  readonly baseUrl: string;
}

/** Where one call goes, and with which of our keys. */
export interface ProviderTarget {
  readonly providerId: string;
  /** Names the provider, for people. */
  readonly slug: string;
  /** Undefined for a provider that wants no key. */
  readonly providerKeyId: string | undefined;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly secret: string | undefined;
  readonly allowPrivate: boolean;
}

/** A provider with its keys, as the pool holds it in memory. */
export interface Upstream extends UpstreamProvider {
  readonly source: 'environment' | 'admin';
  /** Whether loopback and private ranges may be dialled. */
  readonly allowPrivate: boolean;
  readonly ring: KeyRing;
  readonly budget: RetryBudget;
  /** One for each key, made once. */
  readonly targets: ReadonlyMap<KeySlot, ProviderTarget>;
}
