import { idTimestamp, isId, newId } from './id.js';

describe('newId', () => {
  it('is a UUIDv7 that carries its moment', () => {
    const before = Date.now();
    const id = newId();
    expect(isId(id)).toBe(true);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(idTimestamp(id)).toBeGreaterThanOrEqual(before);
    expect(idTimestamp(id)).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('keeps the order of making, also past 4096 in a millisecond and when the clock goes back', () => {
    const start = Date.now() + 60_000;
    const ids = Array.from({ length: 20_000 }, (_, i) => newId(i === 10_000 ? start - 5_000 : start));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
