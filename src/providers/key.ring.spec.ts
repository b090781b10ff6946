import { SystemClock } from '#libs/kernel';
import { KeyRing } from './key.ring.js';
import { KeySlot } from './key.slot.js';
import { type Random, ROTATION_STRATEGIES, type RotationStrategy } from './rotation.js';

/** Lehmer's generator: the same numbers in every run. */
function seeded(seed = 42): Random {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('KeyRing', () => {
  const clock = new SystemClock();
  let a: KeySlot;
  let b: KeySlot;
  let c: KeySlot;
  beforeEach(() => {
    [a, b, c] = ['a', 'b', 'c'].map((id) => new KeySlot(id, `secret-${id}`, clock)) as [KeySlot, KeySlot, KeySlot];
  });
  const ring = (strategy: RotationStrategy) => new KeyRing([a, b, c], strategy, seeded());
  const fail = (slot: KeySlot, times: number): void => {
    for (let n = 0; n < times; n += 1) slot.circuit.fail({ reason: 'server' }, false);
  };
  /** How often each is chosen, one call a minute. */
  const turns = (keys: KeyRing, count: number): Record<string, number> => {
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (let n = 0; n < count; n += 1) {
      const now = clock.now() + n * 60_000;
      const slot = keys.next(now, []);
      slot?.pick(now);
      if (slot?.id !== undefined) counts[slot.id] = (counts[slot.id] ?? 0) + 1;
    }
    return counts;
  };

  it('K-09 lets the keys take turns', () => {
    const keys = ring('round_robin');
    const order = Array.from({ length: 9 }, () => keys.next(0, [])?.id).join('');
    expect(order).toBe('abcabcabc');
  });

  it('K-10 keeps the counts of least_used within one', () => {
    for (const size of [1, 7, 30, 301]) {
      const counts = Object.values(turns(ring('least_used'), size));
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      for (const slot of [a, b, c]) slot.uses = 0;
    }
  });

  it.each(['weighted', 'health_based'] as const)('K-10 picks a failing key least under %s', (strategy) => {
    fail(b, 4);
    const counts = turns(ring(strategy), 600);
    expect(counts['b']).toBeLessThan(counts['a'] ?? 0);
    expect(counts['b']).toBeLessThan(counts['c'] ?? 0);
  });

  it('K-10 still gives a failing key some turns under weighted, so that it can recover', () => {
    fail(b, 4);
    expect(turns(ring('weighted'), 600)['b']).toBeGreaterThan(20);
  });

  it('K-10 is even under random, and the same with the same seed', () => {
    const counts = turns(ring('random'), 3_000);
    for (const count of Object.values(counts)) expect(Math.abs(count - 1_000)).toBeLessThan(120);
    expect(turns(ring('random'), 3_000)).toEqual(counts);
  });

  it.each(ROTATION_STRATEGIES)('never chooses a key that is off, open or tried, under %s', (strategy) => {
    a.enabled = false;
    fail(b, 5);
    expect(turns(ring(strategy), 50)).toEqual({ a: 0, b: 0, c: 50 });
    expect(ring(strategy).next(0, [c])).toBeUndefined();
    expect(ring(strategy).usable).toBe(true);
  });

  it('knows when a key comes back', () => {
    const keys = ring('round_robin');
    expect(keys.usableAt).toBeUndefined();
    a.circuit.fail({ reason: 'rate', cooldownMs: 90_000 }, false);
    b.circuit.fail({ reason: 'rate', cooldownMs: 30_000 }, false);
    c.circuit.fail({ reason: 'auth' }, false);
    expect(keys.usable).toBe(false);
    expect(keys.usableAt).toBe(b.circuit.openUntil);
  });
});
