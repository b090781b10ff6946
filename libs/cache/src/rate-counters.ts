import { createHash } from 'node:crypto';
import QuickLRU from 'quick-lru';

export interface WindowCount {
  /** Hits in the present window, this one included. */
  readonly count: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** Counts hits in fixed windows that begin with the first hit. */
export abstract class RateCounters {
  /**
   * @param purpose what is counted: names of one purpose never push those of another out
   * @param who whose hits; addresses of people may be in it, and leave this process as a hash only
   */
  hit(purpose: string, who: readonly string[], windowMs: number): Promise<WindowCount> {
    return this.count(purpose, createHash('sha256').update(JSON.stringify(who)).digest('base64url'), windowMs);
  }

  protected abstract count(purpose: string, name: string, windowMs: number): Promise<WindowCount>;
}

/** Of one purpose. */
const MOST_NAMES = 100_000;

type Windows = QuickLRU<string, { count: number; endsAt: number }>;

/** Counts in this process; a bounded number of names for each purpose, the least used forgotten first. */
export class MemoryRateCounters extends RateCounters {
  private readonly purposes = new Map<string, Windows>();

  constructor(private readonly mostNames = MOST_NAMES) {
    super();
  }

  count(purpose: string, name: string, windowMs: number): Promise<WindowCount> {
    const windows = this.windowsOf(purpose);
    const now = performance.now();
    let window = windows.get(name);
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + windowMs };
      windows.set(name, window);
    }
    window.count += 1;
    return Promise.resolve({ count: window.count, resetMs: window.endsAt - now });
  }

  private windowsOf(purpose: string): Windows {
    let windows = this.purposes.get(purpose);
    if (!windows) {
      windows = new QuickLRU({ maxSize: this.mostNames });
      this.purposes.set(purpose, windows);
    }
    return windows;
  }
}
