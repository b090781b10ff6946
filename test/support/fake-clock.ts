import { Clock } from '#libs/kernel';

/** The machine's clock, and as far ahead of it as a test wants. */
export class FakeClock extends Clock {
  private aheadMs = 0;

  now(): number {
    return Date.now() + this.aheadMs;
  }

  advance(step: { ms?: number; seconds?: number; minutes?: number; hours?: number; days?: number }): void {
    const { ms = 0, seconds = 0, minutes = 0, hours = 0, days = 0 } = step;
    this.aheadMs += ms + 1_000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days)));
  }
}
