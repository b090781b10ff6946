import QuickLRU from 'quick-lru';

export interface ReadThroughOptions {
  /** How long a value is given out without asking again, in milliseconds. */
  readonly freshMs: number;
  /** How long a value is still given out while its source is away, in milliseconds. */
  readonly keptMs: number;
  /** Most values that are kept; the least used is forgotten first. */
  readonly max: number;
}

interface Kept<V> {
  readonly value: V;
  readonly freshUntil: number;
}

/**
 * Keeps what a source said for some seconds, asks it once for callers that come together, and outlives its absence.
 * What the source does not have is not kept, so that it is seen as soon as it is there.
 */
export class ReadThroughCache<V extends object> {
  private readonly kept: QuickLRU<string, Kept<V>>;
  private readonly asked = new Map<string, Promise<V | undefined>>();

  constructor(
    private readonly read: (key: string) => Promise<V | undefined>,
    private readonly options: ReadThroughOptions,
  ) {
    this.kept = new QuickLRU({ maxSize: options.max, maxAge: options.keptMs });
  }

  /** The value, at once when it is fresh. @throws whatever the source throws, when nothing is kept */
  get(key: string): V | undefined | Promise<V | undefined> {
    const kept = this.kept.get(key);
    if (kept && kept.freshUntil > performance.now()) return kept.value;
    const asked = this.asked.get(key);
    if (asked) return asked;
    const asking = this.ask(key, kept).finally(() => {
      if (this.asked.get(key) === asking) this.asked.delete(key);
    });
    this.asked.set(key, asking);
    return asking;
  }

  /** Forgets a value, also one that is being asked for: it may be from before the change. */
  evict(key: string): void {
    this.kept.delete(key);
    this.asked.delete(key);
  }

  /** Forgets the values of a kind, and all that is being asked for: it may be of that kind. */
  evictWhere(isOfKind: (value: V) => boolean): void {
    for (const [key, { value }] of this.kept.entries()) if (isOfKind(value)) this.kept.delete(key);
    this.asked.clear();
  }

  clear(): void {
    this.kept.clear();
    this.asked.clear();
  }

  private async ask(key: string, kept: Kept<V> | undefined): Promise<V | undefined> {
    // The next turn knows whether this question is still wanted once its answer is there.
    await Promise.resolve();
    const asking = this.asked.get(key);
    try {
      const value = await this.read(key);
      if (asking !== undefined && this.asked.get(key) === asking) {
        if (value === undefined) this.kept.delete(key);
        else this.kept.set(key, { value, freshUntil: performance.now() + this.options.freshMs });
      }
      return value;
    } catch (error) {
      // Evicted meanwhile, it must not come back.
      if (kept && this.kept.get(key) === kept) return kept.value;
      throw error;
    }
  }
}
