/**
 * The time of day as the process sees it. Periods and expiries of money are judged by the database's
 * clock; durations are measured with `performance.now()`.
 */
export abstract class Clock {
  /** Unix milliseconds, UTC. */
  abstract now(): number;

  date(): Date {
    return new Date(this.now());
  }
}

/** The machine's own clock. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
