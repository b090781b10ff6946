import { SealBroken, SealedBox, type SealedPlace } from './sealed-box.js';

const KEY = 'one-of-the-keys-0123456789-abcdefghij';
const OTHER = 'another-of-the-keys-0123456789-abcdef';
const place: SealedPlace = { table: 'provider_keys', row: 'row-1', column: 'sealed_value' };
const SECRET = 'sk-upstream-Grüße-0123456789';

describe('SealedBox', () => {
  const box = new SealedBox(KEY);

  it('opens what it sealed, and shows nothing of it', () => {
    const sealed = box.seal(SECRET, place);
    expect(box.open(sealed, place)).toBe(SECRET);
    expect(sealed.box.includes(Buffer.from('sk-upstream'))).toBe(false);
    expect(KEY).not.toContain(sealed.keyId);
  });

  it('never seals the same twice in the same way', () => {
    const boxes = Array.from({ length: 500 }, () => box.seal(SECRET, place).box.toString('hex'));
    expect(new Set(boxes.map((text) => text.slice(0, 24))).size).toBe(500);
  });

  it('does not open in another place', () => {
    const sealed = box.seal(SECRET, place);
    for (const elsewhere of [{ table: 'x' }, { row: 'row-2' }, { column: 'x' }]) {
      expect(() => box.open(sealed, { ...place, ...elsewhere })).toThrow(SealBroken);
    }
  });

  it('does not open after any bit of it was changed, or when it was cut', () => {
    const sealed = box.seal(SECRET, place);
    for (let byte = 0; byte < sealed.box.length; byte += 1) {
      const changed = Buffer.from(sealed.box);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      expect(() => box.open({ ...sealed, box: changed }, place)).toThrow(SealBroken);
    }
    for (let length = 0; length < sealed.box.length; length += 1) {
      expect(() => box.open({ ...sealed, box: sealed.box.subarray(0, length) }, place)).toThrow(SealBroken);
    }
  });

  it('opens with a former key, seals with the current, and opens with no other', () => {
    const old = new SealedBox(OTHER).seal(SECRET, place);
    const rotated = new SealedBox(KEY, [OTHER]);
    expect(rotated.open(old, place)).toBe(SECRET);
    expect(rotated.seal(SECRET, place).keyId).toBe(box.keyId);
    expect(() => box.open(old, place)).toThrow('is not configured');
    expect(() => box.open({ ...old, keyId: box.keyId }, place)).toThrow(SealBroken);
  });
});
