import { type Pico, picoToUsd } from '#libs/kernel';
import type { UpstreamModel } from '#libs/upstream';
import type { PriceChange, SyncChanges } from './events/model.events.js';
import type { ModelEntity } from './model.entity.js';

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
  | 'inputPrice'
  | 'outputPrice'
  | 'cachedInputPrice'
  | 'priceSource'
  | 'capabilities'
  | 'availability'
  | 'source'
>;

export interface CataloguePlan extends SyncChanges {
  /** Rows to insert, or to write over those of the same name. */
  readonly save: readonly CatalogueRow[];
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
  defaultPrice: Pico,
): CataloguePlan {
  const rows = new Map(existing.map((row) => [row.id, row]));
  const own = new Map<string, CatalogueRow>();
  for (const row of existing) if (row.providerId === provider.id) own.set(row.upstreamName, row);
  const save: CatalogueRow[] = [];
  const added: string[] = [];
  const updated: string[] = [];
  const prices: PriceChange[] = [];
  const seen = new Set<string>();
  for (const model of listed.filter(isStorable)) {
    seen.add(model.upstreamName);
    const before = own.get(model.upstreamName);
    if (before?.source === 'admin') continue;
    const id = before?.id ?? freeName(model.name, provider.slug, rows);
    const holder = rows.get(id);
    const row = rowOf(id, provider.id, model, defaultPrice, before);
    rows.set(id, row);
    if (holder && sameRow(holder, row)) continue;
    save.push(row);
    (holder ? updated : added).push(id);
    if (holder && priceOf(holder) !== priceOf(row)) {
      prices.push({ model: id, before: priceOf(holder), after: priceOf(row) });
    }
  }
  const gone = [...own.values()].filter(
    ({ source, availability, upstreamName }) =>
      source === 'sync' && availability === 'available' && !seen.has(upstreamName),
  );
  save.push(...gone.map((row): CatalogueRow => ({ ...row, availability: 'unavailable' })));
  return { save, added, updated, retired: gone.map(({ id }) => id), prices };
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

function rowOf(
  id: string,
  providerId: string,
  model: UpstreamModel,
  defaultPrice: Pico,
  before: CatalogueRow | undefined,
): CatalogueRow {
  const { inputPrice, outputPrice, cachedInputPrice } = model;
  const stated = inputPrice !== undefined && outputPrice !== undefined;
  return {
    id,
    providerId,
    upstreamName: model.upstreamName,
    vendor: clean(model.vendor, LONGEST_NAME),
    description: clean(model.description, LONGEST_DESCRIPTION),
    contextLength: integer(model.contextLength),
    maxOutputTokens: integer(model.maxOutputTokens),
    ...(before?.priceSource === 'admin'
      ? {
          inputPrice: before.inputPrice,
          outputPrice: before.outputPrice,
          cachedInputPrice: before.cachedInputPrice,
          priceSource: 'admin',
        }
      : {
          inputPrice: inputPrice ?? defaultPrice,
          outputPrice: outputPrice ?? defaultPrice,
          cachedInputPrice: cachedInputPrice ?? null,
          priceSource: stated ? 'upstream' : 'default',
        }),
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

function priceOf({ inputPrice, outputPrice, cachedInputPrice }: CatalogueRow): string {
  return [inputPrice, outputPrice, cachedInputPrice]
    .map((price) => (price === null ? '-' : picoToUsd(price)))
    .join('/');
}

function sameRow(a: CatalogueRow, b: CatalogueRow): boolean {
  return textOf(a) === textOf(b);
}

function textOf(row: CatalogueRow): string {
  const { capabilities, ...rest } = row;
  return JSON.stringify([
    rest.id,
    rest.providerId,
    rest.upstreamName,
    rest.vendor,
    rest.description,
    rest.contextLength,
    rest.maxOutputTokens,
    rest.priceSource,
    rest.availability,
    rest.source,
    priceOf(row),
    capabilities,
  ]);
}
