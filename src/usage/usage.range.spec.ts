import { recentRange, timeRange } from './usage.range.js';

const at = (text: string): Date => new Date(text);

describe('timeRange', () => {
  it('takes the whole of its last day, in UTC', () => {
    expect(timeRange({ startDate: '2026-11-01', endDate: '2026-11-02' })).toEqual({
      from: at('2026-11-01T00:00:00Z'),
      to: at('2026-11-03T00:00:00Z'),
    });
  });

  it('ends before the moment that it names, whatever its offset', () => {
    const { to } = timeRange({ endDate: '2026-11-02T10:30:00+02:00' });
    expect(to).toEqual(at('2026-11-02T08:30:00Z'));
  });

  it('accepts one day, and refuses an end before its start', () => {
    expect(() => timeRange({ startDate: '2026-11-02', endDate: '2026-11-02' })).not.toThrow();
    expect(() => timeRange({ startDate: '2026-11-02', endDate: '2026-11-01' })).toThrow(
      expect.objectContaining({ code: 'usage_range_invalid', kind: 'invalid', param: 'endDate' }) as Error,
    );
  });

  it.each(['2026-11', '2026-W05', '2026-11-02T10:00:00', 'yesterday'])(
    'refuses %s, which names no one moment',
    (text) => {
      expect(() => timeRange({ startDate: text })).toThrow(
        expect.objectContaining({ code: 'usage_date_invalid', param: 'startDate' }) as Error,
      );
    },
  );
});

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
