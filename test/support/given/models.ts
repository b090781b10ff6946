import { newId, type UnitPrices } from '#libs/kernel';
import type { TestApp } from '../app.js';

export interface GivenProvider {
  readonly id: string;
  readonly slug: string;
}

export interface GivenModel {
  readonly id: string;
  readonly providerId: string;
  readonly upstreamName: string;
  /** Pico-dollars a token, as are the two that follow. */
  readonly inputPrice: bigint;
  readonly outputPrice: bigint;
  readonly cachedInputPrice: bigint | null;
  /** The price in force. */
  readonly priceId: string;
}

export interface ModelTraits {
  id?: string;
  /** Slug of the provider; left out, the first that the application knows, else one that cannot be called. */
  provider?: string;
  upstreamName?: string;
  vendor?: string | null;
  description?: string | null;
  contextLength?: number | null;
  maxOutputTokens?: number | null;
  /** Pico-dollars a token. */
  inputPrice?: bigint;
  outputPrice?: bigint;
  cachedInputPrice?: bigint | null;
  /** Whatever else is charged for. */
  prices?: Partial<UnitPrices>;
  capabilities?: readonly string[];
  availability?: 'available' | 'unavailable';
  restricted?: boolean;
}

/** A provider's row. The application calls only providers of its environment, so this one is never called. */
export async function givenProvider(t: TestApp, traits: { slug?: string } = {}): Promise<GivenProvider> {
  const id = newId();
  const slug = traits.slug ?? `provider-${id.slice(-8)}`;
  await t.db.query(
    "INSERT INTO providers (id, slug, name, kind, base_url) VALUES ($1, $2, $2, 'openai', 'http://127.0.0.1:9/v1')",
    [id, slug],
  );
  return { id, slug };
}

/** A model that administrators keep by hand, so that no synchronisation changes it. Costs 2.5 and 10 USD a million tokens. */
export async function givenModel(t: TestApp, traits: ModelTraits = {}): Promise<GivenModel> {
  const id = traits.id ?? `model-${newId().slice(-8)}`;
  const model: GivenModel = {
    id,
    providerId: await providerOf(t, traits.provider),
    upstreamName: traits.upstreamName ?? id,
    inputPrice: traits.inputPrice ?? 2_500_000n,
    outputPrice: traits.outputPrice ?? 10_000_000n,
    cachedInputPrice: traits.cachedInputPrice ?? null,
    priceId: newId(),
  };
  await t.db.query(
    `INSERT INTO models (id, provider_id, upstream_name, vendor, description, context_length, max_output_tokens,
                         capabilities, availability, restricted, source)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'admin')`,
    [
      id,
      model.providerId,
      model.upstreamName,
      traits.vendor ?? null,
      traits.description ?? null,
      traits.contextLength ?? 128_000,
      traits.maxOutputTokens ?? 4_096,
      traits.capabilities ?? ['chat', 'streaming'],
      traits.availability ?? 'available',
      traits.restricted ?? false,
    ],
  );
  await keepPrice(t, model, traits.prices);
  return model;
}

/** As if its provider had stated it, so that an administrator's price can stand above it. */
async function keepPrice(
  t: TestApp,
  model: GivenModel,
  { longContext, ...others }: Partial<UnitPrices> = {},
): Promise<void> {
  const prices: Record<string, unknown> = {
    input: model.inputPrice,
    output: model.outputPrice,
    cachedRead: model.cachedInputPrice,
    ...others,
    ...(longContext && {
      longAbove: longContext.aboveTokens,
      longInput: longContext.input,
      longCachedRead: longContext.cachedRead,
      longCacheWrite: longContext.cacheWrite,
      longOutput: longContext.output,
    }),
  };
  const columns = Object.keys(prices).map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  await t.db.query(
    `INSERT INTO model_prices (id, model_id, source, ${columns.join(', ')})
     VALUES ($1, $2, 'upstream', ${columns.map((_, index) => `$${index + 3}`).join(', ')})`,
    [model.priceId, model.id, ...Object.values(prices)],
  );
}

async function providerOf(t: TestApp, slug: string | undefined): Promise<string> {
  const { rows } = await t.db.query<{ id: string }>(
    'SELECT id FROM providers WHERE $1::text IS NULL OR slug = $1 ORDER BY enabled DESC, id LIMIT 1',
    [slug ?? null],
  );
  return rows[0]?.id ?? (await givenProvider(t, slug === undefined ? {} : { slug })).id;
}
