import fc from 'fast-check';
import { isMoment, timeRange } from './time-range.js';

const at = (text: string): Date => new Date(text);

describe('isMoment', () => {
  it.each(['2026-11-20', '2024-02-29', '2026-11-20T09:30Z', '2026-11-20T09:30:00.123456+05:30', '9999-12-31'])(
    'takes %s',
    (text) => {
      expect(isMoment(text)).toBe(true);
    },
  );

  it.each([
    '2026-W45',
    '2026-W45-1',
    '2026-11',
    '2026',
    '2026-324',
    '2026-11-01T09Z',
    '2026-11-02T10:00:00',
    '2026-02-30',
    '2026-02-30T10:00:00Z',
    '2026-11-02T24:00:00Z',
    '2026-11-02T10:00:61Z',
    '2026-11-02T10:00:00+24:00',
    '2026-11-02 10:00:00Z',
    '0000-01-01',
    '+012026-01-01',
    'yesterday',
    '',
    20261120,
  ])('refuses %s, which names no one moment', (text) => {
    expect(isMoment(text)).toBe(false);
  });

  it('takes whatever a date says of itself', () => {
    fc.assert(
      fc.property(fc.date({ min: at('0001-01-01'), max: at('9999-12-31'), noInvalidDate: true }), (date) =>
        isMoment(date.toISOString()),
      ),
    );
  });
});

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
      expect.objectContaining({ code: 'range_invalid', kind: 'invalid', param: 'endDate' }) as Error,
    );
  });
});
