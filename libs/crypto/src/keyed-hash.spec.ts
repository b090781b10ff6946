import { KeyedHashes, STORED_HASH_BYTES } from './keyed-hash.js';
import type { SecretKey } from './ring/key-source.js';
import { randomToken, sha256 } from './tokens.js';

const OLD: SecretKey = { id: 'aaaaaaaaaaaaaaaa', secret: randomToken() };
const NEW: SecretKey = { id: 'bbbbbbbbbbbbbbbb', secret: randomToken() };

describe('KeyedHash', () => {
  const before = new KeyedHashes(() => [OLD]);
  const after = new KeyedHashes(() => [NEW, OLD]);
  const secret = randomToken();
  const stored = before.for('tokens').hash(secret);

  it('knows a secret again, by itself and by its SHA-256', () => {
    const hash = before.for('tokens');
    expect(stored).toHaveLength(STORED_HASH_BYTES);
    expect(hash.candidates(secret)).toEqual([stored]);
    expect(hash.matches(secret, stored)).toBe(true);
    expect(hash.matches(sha256(secret), stored)).toBe(true);
    expect(hash.hash(sha256(secret))).toEqual(stored);
  });

  it('matches nothing else: another secret, purpose or key, a changed or cut hash, a bare SHA-256', () => {
    const hash = before.for('tokens');
    expect(hash.matches(`${secret}x`, stored)).toBe(false);
    expect(before.for('codes').matches(secret, stored)).toBe(false);
    expect(new KeyedHashes(() => [{ ...NEW, id: OLD.id }]).for('tokens').matches(secret, stored)).toBe(false);
    expect(new KeyedHashes(() => [NEW]).for('tokens').matches(secret, stored)).toBe(false);
    for (let byte = 0; byte < stored.length; byte += 1) {
      const changed = Buffer.from(stored);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      expect(hash.matches(secret, changed)).toBe(false);
      expect(hash.matches(secret, stored.subarray(0, byte))).toBe(false);
    }
    expect(hash.matches(secret, sha256(secret))).toBe(false);
  });

  it('hashes with the present key and knows what former ones hashed', () => {
    const hash = after.for('tokens');
    expect(hash.matches(secret, stored)).toBe(true);
    expect(hash.isOutdated(stored)).toBe(true);
    const renewed = hash.hash(secret);
    expect(hash.isOutdated(renewed)).toBe(false);
    expect(hash.candidates(secret)).toEqual([renewed, stored]);
  });
});
