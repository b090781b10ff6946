import { newId } from '#libs/kernel';
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
  capabilities?: readonly string[];
  availability?: 'available' | 'unavailable';
  restricted?: boolean;
}

/** A provider's row. The application calls only providers of its environment, so this one is never called. */
export async function givenProvider(t: TestApp, traits: { slug?: string } = {}): Promise<GivenProvider> {
  const id = newId();
  const slug = traits.slug ?? `provider-${id.slice(-8)}`;
  await t.db.query(
    "INSERT INTO providers (id, slug, kind, base_url) VALUES ($1, $2, 'openai', 'http://127.0.0.1:9/v1')",
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
  };
  await t.db.query(
    `INSERT INTO models (id, provider_id, upstream_name, vendor, description, context_length, max_output_tokens,
                         input_price, output_price, cached_input_price, price_source, capabilities, availability,
                         restricted, source)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'admin', $11, $12, $13, 'admin')`,
    [
      id,
      model.providerId,
      model.upstreamName,
      traits.vendor ?? null,
      traits.description ?? null,
      traits.contextLength ?? 128_000,
      traits.maxOutputTokens ?? 4_096,
      model.inputPrice,
      model.outputPrice,
      model.cachedInputPrice,
      traits.capabilities ?? ['chat', 'streaming'],
      traits.availability ?? 'available',
      traits.restricted ?? false,
    ],
  );
  return model;
}

async function providerOf(t: TestApp, slug: string | undefined): Promise<string> {
  const { rows } = await t.db.query<{ id: string }>(
    'SELECT id FROM providers WHERE $1::text IS NULL OR slug = $1 ORDER BY enabled DESC, id LIMIT 1',
    [slug ?? null],
  );
  return rows[0]?.id ?? (await givenProvider(t, slug === undefined ? {} : { slug })).id;
}
