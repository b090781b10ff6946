import type { CatalogueRow } from './catalogue.plan.js';

const PRICE = 6_000_000n;

const MOCK = {
  vendor: 'mock',
  contextLength: 128_000,
  maxOutputTokens: 4_096,
  inputPrice: PRICE,
  outputPrice: PRICE,
  cachedInputPrice: null,
  priceSource: 'default',
  availability: 'unavailable',
  source: 'mock',
} as const;

/**
 * Something to look at while a console is written and no provider answers. It can neither be subscribed to nor
 * called, and goes away with the first real catalogue.
 */
export function mockCatalogue(providerId: string): CatalogueRow[] {
  const mock = (id: string, description: string, capabilities: string[]): CatalogueRow => ({
    ...MOCK,
    id,
    providerId,
    upstreamName: id,
    description,
    capabilities,
  });
  return [
    mock('mock-large', 'A mock: no provider answered.', ['chat', 'streaming', 'vision', 'tools']),
    mock('mock-small', 'A mock: no provider answered.', ['chat', 'streaming']),
    mock('mock-embedding', 'A mock: no provider answered.', ['embeddings']),
  ];
}
