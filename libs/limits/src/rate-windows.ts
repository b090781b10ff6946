import QuickLRU from 'quick-lru';
import type { RateRule, RateStore } from './rate-store.js';
import { type RateTake, RateWindow } from './rate-window.js';

/** What has to be known of a store that does not answer. */
export type StoreAway = (kind: string, error: unknown) => void;

const MOST_WINDOWS = 100_000;
/** Silence counts as absence: a call must not wait for a store that is stuck. */
const PATIENCE_MS = 1_000;
/** After an absence nobody knocks at a store for a moment. */
const PAUSE_MS = 2_000;
/** Corrections may wait so long for company. */
const CORRECT_MS = 25;

/**
 * Counts what is done in windows of time, over all replicas: each takes along a share of a window and counts it in
 * memory, and callers that wait share one question to the store.
 *
 * In a window that began with a first use, never more than the limit is let through, on any number of replicas; as
 * windows do not slide, any span as long as a window sees at most twice the limit. A replica may refuse a little
 * early, by what others took along and have not used. While no store answers each replica counts by itself.
 */
export class RateWindows {
  private readonly windows = new QuickLRU<string, RateWindow>({ maxSize: MOST_WINDOWS });
  private readonly asking = new Set<RateWindow>();
  private readonly awayUntilMs = new Map<RateStore, number>();
  private correcting: NodeJS.Timeout | undefined;
  private pumping = false;

  /** @param stores in the order of preference; the next is asked while one is away */
  constructor(
    private readonly stores: readonly RateStore[],
    private readonly onAway: StoreAway,
  ) {}

  /** Takes up to an amount: nothing when the limit is reached. At once where this replica's share suffices. */
  take(rule: RateRule, amount: number): RateTake | Promise<RateTake> {
    const window = this.windowOf(rule);
    const taken = window.take(amount);
    if (taken) return taken;
    return new Promise((resolve) => {
      window.waiting.push({ amount, resolve });
      this.asking.add(window);
      this.pump();
    });
  }

  /** What was taken turned out to be another amount. */
  correct({ rule, windowId, taken }: RateTake, used: number): void {
    const window = this.windows.get(rule.name);
    if (!window?.correct(windowId, used - taken)) return;
    this.asking.add(window);
    this.correcting ??= setTimeout(() => {
      this.correcting = undefined;
      this.pump();
    }, CORRECT_MS).unref();
  }

  /** What was taken a moment ago is not needed after all. */
  giveBack(take: RateTake): void {
    this.windows.get(take.rule.name)?.giveBack(take);
  }

  private windowOf(rule: RateRule): RateWindow {
    let window = this.windows.get(rule.name);
    if (window) window.follow(rule);
    else this.windows.set(rule.name, (window = new RateWindow(rule)));
    return window;
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    void this.askAll();
  }

  private async askAll(): Promise<void> {
    // Whoever comes within this turn joins the first question.
    await Promise.resolve();
    while (this.asking.size > 0) await this.ask();
    this.pumping = false;
  }

  private async ask(): Promise<void> {
    const windows = [...this.asking];
    this.asking.clear();
    const asks = windows.map((window) => window.ask());
    for (const store of this.stores) {
      if (performance.now() < (this.awayUntilMs.get(store) ?? 0)) continue;
      try {
        const grants = await withPatience(store.take(asks));
        grants.forEach((grant, index) => {
          const window = windows[index];
          if (window?.answer(grant)) this.asking.add(window);
        });
        return;
      } catch (error) {
        this.awayUntilMs.set(store, performance.now() + PAUSE_MS);
        this.onAway(store.kind, error);
      }
    }
    windows.forEach((window) => window.countAlone());
  }
}

/** A grant that comes too late is lost to this replica, which only makes it refuse earlier. */
async function withPatience<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('There was no answer in time.')), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
