import { picoToUsd } from '#libs/kernel';
import type { UpstreamModel } from '#libs/upstream';
import type { PriceChange, SyncChanges } from './events/model.events.js';
import type { ModelEntity } from './model.entity.js';
import { basePrice, type PriceFallbacks } from './prices/base-price.js';
import { absurdChanges, samePrices, type StatedPrice } from './prices/unit-prices.js';

/** A row of the catalogue as the synchronisation keeps it. */
export type CatalogueRow = Pick<
  ModelEntity,
  | 'id'
  | 'providerId'
  | 'upstreamName'
  | 'vendor'
  | 'description'
  | 'contextLength'
  | 'maxOutputTokens'
  | 'capabilities'
  | 'availability'
  | 'source'
> & {
  /** What it costs as long as no administrator says otherwise; null when nobody but one ever said. */
  readonly price: StatedPrice | null;
};

export interface CataloguePlan extends SyncChanges {
  /** Rows to insert, or to write over those of the same name. */
  readonly save: readonly CatalogueRow[];
  /** Those of them whose price is another one from now on. */
  readonly repriced: readonly { readonly modelId: string; readonly price: StatedPrice }[];
  /** Prices that became ten times what they were, or a tenth: not believed until an administrator sets them. */
  readonly held: readonly PriceChange[];
}

const LONGEST_NAME = 255;
const LONGEST_DESCRIPTION = 2_000;
const LARGEST_INTEGER = 2_147_483_647;
/** What neither PostgreSQL nor a header or an address can carry. */
const CONTROL = /\p{Cc}/u;

/**
 * Compares what a provider lists with what the catalogue holds. Pure.
 *
 * A model keeps the name that it once got. A new one gets its own name if that is free or its holder is gone, and
 * else the provider's slug in front: callers of a name must never find another provider, or price, behind it.
 *
 * @param existing every row of the catalogue but mocks, of all providers
 */
export function planSync(
  provider: { readonly id: string; readonly slug: string },
  listed: readonly UpstreamModel[],
  existing: readonly CatalogueRow[],
  fallbacks: PriceFallbacks,
): CataloguePlan {
  const rows = new Map(existing.map((row) => [row.id, row]));
  const own = new Map<string, CatalogueRow>();
  for (const row of existing) if (row.providerId === provider.id) own.set(row.upstreamName, row);
  const save: CatalogueRow[] = [];
  const added: string[] = [];
  const updated: string[] = [];
  const prices: PriceChange[] = [];
  const repriced: { modelId: string; price: StatedPrice }[] = [];
  const held: PriceChange[] = [];
  const seen = new Set<string>();
  for (const model of listed.filter(isStorable)) {
    seen.add(model.upstreamName);
    const before = own.get(model.upstreamName);
    if (before?.source === 'admin') continue;
    const id = before?.id ?? freeName(model.name, provider.slug, rows);
    const holder = rows.get(id);
    const stated = basePrice(model, fallbacks);
    const price = believed(before, stated);
    if (price !== stated) held.push({ model: id, before: shownPrice(price), after: shownPrice(stated) });
    const row = rowOf(id, provider.id, model, price);
    rows.set(id, row);
    const isRepriced = !holder?.price || !sameStatement(holder.price, price);
    if (holder && !isRepriced && sameTraits(holder, row)) continue;
    save.push(row);
    (holder ? updated : added).push(id);
    if (isRepriced) repriced.push({ modelId: id, price });
    if (holder && isRepriced) prices.push({ model: id, before: shownPrice(holder.price), after: shownPrice(price) });
  }
  const gone = [...own.values()].filter(
    ({ source, availability, upstreamName }) =>
      source === 'sync' && availability === 'available' && !seen.has(upstreamName),
  );
  save.push(...gone.map((row): CatalogueRow => ({ ...row, availability: 'unavailable' })));
  return { save, added, updated, retired: gone.map(({ id }) => id), prices, repriced, held };
}

function freeName(name: string, slug: string, rows: ReadonlyMap<string, CatalogueRow>): string {
  let id = name;
  for (let holder = rows.get(id); holder && !isGone(holder); holder = rows.get(id)) id = `${slug}/${id}`;
  return id;
}

/** What administrators keep is theirs, callable or not. */
function isGone({ availability, source }: CatalogueRow): boolean {
  return availability === 'unavailable' && source === 'sync';
}

function isStorable({ name, upstreamName }: UpstreamModel): boolean {
  return [name, upstreamName].every(
    (text) => text.length <= LONGEST_NAME && !CONTROL.test(text) && text.isWellFormed(),
  );
}

/** What the provider said before, when what it says now is out of all proportion. */
function believed(before: CatalogueRow | undefined, stated: StatedPrice): StatedPrice {
  const last = before?.price;
  const mayJump = last?.source !== 'upstream' || stated.source !== 'upstream';
  if (mayJump) return stated;
  // What was not stated before, or not read, cannot have jumped.
  const jumps = absurdChanges(last, stated).filter((unit) => last[unit] !== null);
  return jumps.length === 0 ? stated : last;
}

function rowOf(id: string, providerId: string, model: UpstreamModel, price: StatedPrice): CatalogueRow {
  return {
    id,
    providerId,
    upstreamName: model.upstreamName,
    vendor: clean(model.vendor, LONGEST_NAME),
    description: clean(model.description, LONGEST_DESCRIPTION),
    contextLength: integer(model.contextLength),
    maxOutputTokens: integer(model.maxOutputTokens),
    price,
    capabilities: capabilitiesOf(model),
    availability: 'available',
    source: 'sync',
  };
}

function capabilitiesOf(model: UpstreamModel): string[] {
  return [
    ...(model.supportsEmbeddings ? ['embeddings'] : ['chat']),
    ...(model.supportsStreaming ? ['streaming'] : []),
    ...(model.supportsVision ? ['vision'] : []),
    ...(model.supportsTools ? ['tools'] : []),
  ];
}

function clean(text: string | undefined, most: number): string | null {
  return text?.replaceAll('\0', '').slice(0, most).toWellFormed() ?? null;
}

function integer(tokens: number | undefined): number | null {
  return tokens === undefined || tokens > LARGEST_INTEGER ? null : tokens;
}

/** Decimals of US dollars a token, `in/out/cached`. */
function shownPrice(price: StatedPrice | null): string {
  if (price === null) return '-';
  return [price.input, price.output, price.cachedRead].map((pico) => (pico === null ? '-' : picoToUsd(pico))).join('/');
}

function sameStatement(a: StatedPrice, b: StatedPrice): boolean {
  return a.source === b.source && samePrices(a, b);
}

function sameTraits(a: CatalogueRow, b: CatalogueRow): boolean {
  return textOf(a) === textOf(b);
}

function textOf(row: CatalogueRow): string {
  return JSON.stringify([
    row.id,
    row.providerId,
    row.upstreamName,
    row.vendor,
    row.description,
    row.contextLength,
    row.maxOutputTokens,
    row.availability,
    row.source,
    row.capabilities,
  ]);
}
