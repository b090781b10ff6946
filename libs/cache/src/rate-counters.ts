import { LRUCache } from 'lru-cache';

export interface WindowCount {
  /** Hits in the present window, this one included. */
  readonly count: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

/** Counts hits in fixed windows that begin with the first hit. */
export abstract class RateCounters {
  abstract hit(key: string, windowMs: number): Promise<WindowCount>;
}

const MOST_KEYS = 100_000;

/** Counts in this process; a bounded number of keys, the least used forgotten first. */
export class MemoryRateCounters extends RateCounters {
  private readonly windows = new LRUCache<string, { count: number; endsAt: number }>({ max: MOST_KEYS });

  hit(key: string, windowMs: number): Promise<WindowCount> {
    const now = performance.now();
    let window = this.windows.get(key);
    if (!window || window.endsAt <= now) {
      window = { count: 0, endsAt: now + windowMs };
      this.windows.set(key, window);
    }
    window.count += 1;
    return Promise.resolve({ count: window.count, resetMs: window.endsAt - now });
  }
}
