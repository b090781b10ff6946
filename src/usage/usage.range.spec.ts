import { recentRange } from './usage.range.js';

const at = (text: string): Date => new Date(text);

describe('recentRange', () => {
  it('begins 30 days before its end, or before now', () => {
    const now = at('2026-11-20T12:00:00Z');
    expect(recentRange({}, now)).toEqual({ from: at('2026-10-21T12:00:00Z'), to: undefined });
    expect(recentRange({ endDate: '2026-06-30' }, now)).toEqual({
      from: at('2026-06-01T00:00:00Z'),
      to: at('2026-07-01T00:00:00Z'),
    });
  });
});
