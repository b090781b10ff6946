import { ReadThroughCache } from './read-through.cache.js';

describe('ReadThroughCache', () => {
  let source: Map<string, { n: number }>;
  let reads: number;
  let away: boolean;
  const cacheOf = (freshMs: number) =>
    new ReadThroughCache(
      async (key) => {
        reads += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (away) throw new Error('away');
        return source.get(key);
      },
      { freshMs, keptMs: 60_000, max: 10, labelsOf: ({ n }) => [String(n)] },
    );

  beforeEach(() => {
    source = new Map([['a', { n: 1 }]]);
    reads = 0;
    away = false;
  });

  it('asks once for callers that come together, and not again while fresh', async () => {
    const cache = cacheOf(60_000);
    expect(await Promise.all([cache.get('a'), cache.get('a')])).toEqual([{ n: 1 }, { n: 1 }]);
    expect(cache.get('a')).toEqual({ n: 1 });
    expect(reads).toBe(1);
  });

  it('does not keep that something is missing', async () => {
    const cache = cacheOf(60_000);
    expect(await cache.get('b')).toBeUndefined();
    source.set('b', { n: 2 });
    expect(await cache.get('b')).toEqual({ n: 2 });
  });

  it('gives out what it has while the source is away, and nothing that was evicted', async () => {
    const cache = cacheOf(0);
    await cache.get('a');
    away = true;
    expect(await cache.get('a')).toEqual({ n: 1 });
    cache.evict('a');
    await expect(Promise.resolve(cache.get('a'))).rejects.toThrow('away');
  });

  it('forgets the values with a label, and keeps no answer that was asked for before', async () => {
    const cache = cacheOf(60_000);
    source.set('b', { n: 2 });
    source.set('c', { n: 1 });
    await Promise.all([cache.get('a'), cache.get('b')]);
    const late = cache.get('c');
    cache.evictLabelled('1');
    await late;
    reads = 0;
    await Promise.all(['a', 'b', 'c'].map(async (key) => cache.get(key)));
    expect(reads).toBe(2);
  });

  it('finds all that is kept with a label, however it came, went and changed', async () => {
    const cache = new ReadThroughCache<{ n: number }>(
      (key) => (away ? Promise.reject(new Error('away')) : Promise.resolve(source.get(key))),
      { freshMs: 0, keptMs: 60_000, max: 6, labelsOf: ({ n }) => [`n ${n % 3}`] },
    );
    const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
    for (let turn = 0; turn < 500; turn += 1) {
      const key = keys[(turn * 7 + (turn % 5)) % keys.length] ?? '';
      source.set(key, { n: turn });
      await cache.get(key);
      await cache.get(keys[turn % 2] ?? '');
      if (turn % 13 === 0) cache.evict(key);
    }
    away = true;
    cache.evictLabelled('n 0');
    cache.evictLabelled('n 1');
    const left = await Promise.all(keys.map(async (key) => Promise.resolve(cache.get(key)).catch(() => undefined)));
    const labels = left.filter((value) => value !== undefined).map(({ n }) => n % 3);
    expect([...new Set(labels)]).toEqual([2]);
  });

  it('does not keep an answer from before an eviction', async () => {
    const cache = cacheOf(60_000);
    const old = cache.get('a');
    await new Promise((resolve) => setTimeout(resolve, 1));
    cache.clear();
    source.set('a', { n: 2 });
    await old;
    expect(await cache.get('a')).toEqual({ n: 2 });
  });
});
