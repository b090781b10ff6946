import { httpErrors } from './http.errors.js';

/** A half-open range of time: `from` is in it, `to` is not. What is undefined does not bound. */
export interface TimeRange {
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

/** The dates of a query: each a day in UTC, or a moment. */
export interface DateBounds {
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
}

const DAY_MS = 86_400_000;
const DAY = /^(?!0000)\d{4}-\d{2}-\d{2}$/;
const MOMENT =
  /^(?!0000)\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export const MOMENT_RULE = 'must be a date (2026-11-20) or a moment with its offset (2026-11-20T09:30:00Z)';

/** Whether a text is a day of the calendar, or an RFC 3339 moment (seconds may be left out): one that names one moment. */
export function isMoment(value: unknown): value is string {
  return typeof value === 'string' && (DAY.test(value) || MOMENT.test(value)) && isDayOfCalendar(value.slice(0, 10));
}

/**
 * The moment that a field declared with `@Instant` holds; a day begins at midnight in UTC.
 *
 * @throws RangeError when it names none
 */
export function moment(text: string): Date {
  if (!isMoment(text)) throw new RangeError('The text names no moment.');
  return new Date(text);
}

/**
 * The range that a query names. A day as its end means the whole of that day; a moment as its end is not part of it.
 *
 * @throws DomainError range_invalid
 */
export function timeRange({ startDate, endDate }: DateBounds): TimeRange {
  const from = startDate === undefined ? undefined : moment(startDate);
  const end = endDate === undefined ? undefined : moment(endDate);
  if (from && end && end < from) throw httpErrors.range_invalid({ param: 'endDate' });
  const to = end && endDate !== undefined && DAY.test(endDate) ? new Date(end.getTime() + DAY_MS) : end;
  return { from, to };
}

/** `new Date` takes the 30th of February for the 2nd of March. */
function isDayOfCalendar(day: string): boolean {
  const date = new Date(day);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
