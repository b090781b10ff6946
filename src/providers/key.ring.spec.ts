import { KeyRing } from './key.ring.js';

describe('KeyRing', () => {
  const keys = ['a', 'b', 'c'].map((id) => ({ id, secret: `secret-${id}` }));
  const [a, b, c] = keys;
  const turns = (ring: KeyRing, count: number) => Array.from({ length: count }, () => ring.next()?.id).join('');

  it('lets the keys take turns', () => {
    expect(turns(new KeyRing(keys), 7)).toBe('abcabca');
  });

  it('leaves out a rejected key until it is accepted again', () => {
    const ring = new KeyRing(keys);
    ring.reject(b!);
    expect(turns(ring, 4)).toBe('acac');
    ring.accept(b!);
    expect(turns(ring, 3)).toBe('abc');
  });

  it('tries rejected keys rather than none, and says that none is usable', () => {
    const ring = new KeyRing(keys);
    for (const key of [a, b, c]) ring.reject(key!);
    expect(ring.usable).toBe(false);
    expect(new Set(turns(ring, 3).split(''))).toEqual(new Set(['a', 'b', 'c']));
  });

  it('offers every key in a round, also the rejected', () => {
    const ring = new KeyRing(keys);
    ring.next();
    ring.reject(c!);
    expect(ring.round().map(({ id }) => id)).toEqual(['b', 'c', 'a']);
  });

  it('has nothing for a provider without keys, which is usable all the same', () => {
    const ring = new KeyRing([]);
    expect(ring.next()).toBeUndefined();
    expect(ring.usable).toBe(true);
  });
});
