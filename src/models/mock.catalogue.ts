import type { CataloguePlan, CatalogueRow } from './catalogue.plan.js';
import { unitPrices } from './prices/unit-prices.js';

const PRICE = 6_000_000n;

const MOCK = {
  vendor: 'mock',
  contextLength: 128_000,
  maxOutputTokens: 4_096,
  price: {
    ...unitPrices({ input: PRICE, output: PRICE }),
    source: 'default',
    sourceNote: null,
    sourceUrl: null,
    sourceDate: null,
  },
  availability: 'unavailable',
  source: 'mock',
} as const;

/**
 * Something to look at while a console is written and no provider answers. It can neither be subscribed to nor
 * called, and goes away with the first real catalogue.
 */
export function mockCatalogue(providerId: string): Pick<CataloguePlan, 'save' | 'repriced'> {
  const mock = (id: string, description: string, capabilities: string[]): CatalogueRow => ({
    ...MOCK,
    id,
    providerId,
    upstreamName: id,
    description,
    capabilities,
  });
  const save = [
    mock('mock-large', 'A mock: no provider answered.', ['chat', 'streaming', 'vision', 'tools']),
    mock('mock-small', 'A mock: no provider answered.', ['chat', 'streaming']),
    mock('mock-embedding', 'A mock: no provider answered.', ['embeddings']),
  ];
  return { save, repriced: save.map(({ id }) => ({ modelId: id, price: MOCK.price })) };
}
