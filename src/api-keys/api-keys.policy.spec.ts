import { expiryOf, stateOf } from './api-keys.policy.js';

const now = new Date('2026-11-20T12:00:00Z');
const before = new Date('2026-11-20T11:59:59Z');
const after = new Date('2026-11-20T12:00:01Z');

describe('stateOf', () => {
  it.each([
    ['active', null, null],
    ['active', null, after],
    ['expired', null, now],
    ['expired', null, before],
    ['revoked', before, null],
    ['revoked', before, before],
  ])('is %s when revoked at %s and expiring at %s', (state, revokedAt, expiresAt) => {
    expect(stateOf({ revokedAt, expiresAt }, now)).toBe(state);
  });
});

describe('expiryOf', () => {
  it('reads a moment, a day from its midnight in UTC, and null as never', () => {
    expect(expiryOf('2027-01-01T00:00:00+01:00', now)).toEqual(new Date('2026-12-31T23:00:00Z'));
    expect(expiryOf('2027-01-01', now)).toEqual(new Date('2027-01-01T00:00:00Z'));
    expect(expiryOf(null, now)).toBeNull();
    expect(expiryOf(undefined, now)).toBeNull();
  });

  it('refuses a moment that has come', () => {
    expect(() => expiryOf('2026-11-20T12:00:00Z', now)).toThrow(
      expect.objectContaining({ code: 'api_key_expiry_past', param: 'expiresAt' }) as Error,
    );
  });
});
