import { type DateBounds, type TimeRange, timeRange } from '#libs/http';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

/** The range that a query names, beginning 30 days before its end where no start is named. */
export function recentRange(bounds: DateBounds, now: Date): TimeRange & { readonly from: Date } {
  const { from, to } = timeRange(bounds);
  return { from: from ?? new Date((to ?? now).getTime() - DEFAULT_DAYS * DAY_MS), to };
}
