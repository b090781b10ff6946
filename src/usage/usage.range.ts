import { usageErrors } from './usage.errors.js';

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
const DEFAULT_DAYS = 30;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/**
 * The range that a query names. A day as its end means the whole of that day; a moment as its end is not part of it.
 *
 * @throws DomainError usage_date_invalid, usage_range_invalid
 */
export function timeRange({ startDate, endDate }: DateBounds): TimeRange {
  const from = startDate === undefined ? undefined : moment('startDate', startDate);
  const end = endDate === undefined ? undefined : moment('endDate', endDate);
  if (from && end && end < from) throw usageErrors.usage_range_invalid({ param: 'endDate' });
  const to = end && endDate !== undefined && DAY.test(endDate) ? new Date(end.getTime() + DAY_MS) : end;
  return { from, to };
}

/** The same, beginning 30 days before its end where no start is named. */
export function recentRange(bounds: DateBounds, now: Date): TimeRange & { readonly from: Date } {
  const { from, to } = timeRange(bounds);
  return { from: from ?? new Date((to ?? now).getTime() - DEFAULT_DAYS * DAY_MS), to };
}

function moment(param: string, text: string): Date {
  const date = DAY.test(text) || MOMENT.test(text) ? new Date(text) : undefined;
  if (!date || Number.isNaN(date.getTime())) throw usageErrors.usage_date_invalid({ param });
  return date;
}
