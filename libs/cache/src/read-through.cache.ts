import QuickLRU from 'quick-lru';

export interface ReadThroughOptions<V> {
  /** How long a value is given out without asking again, in milliseconds. */
  readonly freshMs: number;
  /** How long a value is still given out while its source is away, in milliseconds. */
  readonly keptMs: number;
  /** Most values that are kept; the least used is forgotten first. */
  readonly max: number;
  /** What a value can be evicted by besides its key; always the same for one value. */
  readonly labelsOf?: (value: V) => readonly string[];
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
  /** The keys of what is kept, by label. */
  private readonly labelled = new Map<string, Set<string>>();

  constructor(
    private readonly read: (key: string) => Promise<V | undefined>,
    private readonly options: ReadThroughOptions<V>,
  ) {
    this.kept = new QuickLRU({
      maxSize: options.max,
      maxAge: options.keptMs,
      onEviction: (key, { value }) => this.unlabel(key, value),
    });
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
    this.drop(key);
    this.asked.delete(key);
  }

  /** Forgets the values with a label without a look at any other, and all that is being asked for: it may have it too. */
  evictLabelled(label: string): void {
    for (const key of this.labelled.get(label) ?? []) this.drop(key);
    this.asked.clear();
  }

  clear(): void {
    this.kept.clear();
    this.labelled.clear();
    this.asked.clear();
  }

  private async ask(key: string, kept: Kept<V> | undefined): Promise<V | undefined> {
    // The next turn knows whether this question is still wanted once its answer is there.
    await Promise.resolve();
    const asking = this.asked.get(key);
    try {
      const value = await this.read(key);
      if (asking !== undefined && this.asked.get(key) === asking) {
        this.drop(key);
        if (value !== undefined) this.keep(key, value);
      }
      return value;
    } catch (error) {
      // Evicted meanwhile, it must not come back.
      if (kept && this.kept.get(key) === kept) return kept.value;
      throw error;
    }
  }

  /** Only what was dropped is kept anew, so that a former value which is pushed out later takes no label along. */
  private keep(key: string, value: V): void {
    for (const label of this.labelsOf(value)) {
      const keys = this.labelled.get(label);
      if (keys) keys.add(key);
      else this.labelled.set(label, new Set([key]));
    }
    this.kept.set(key, { value, freshUntil: performance.now() + this.options.freshMs });
  }

  private drop(key: string): void {
    const kept = this.kept.peek(key);
    if (kept) this.unlabel(key, kept.value);
    this.kept.delete(key);
  }

  private unlabel(key: string, value: V): void {
    for (const label of this.labelsOf(value)) {
      const keys = this.labelled.get(label);
      keys?.delete(key);
      if (keys?.size === 0) this.labelled.delete(label);
    }
  }

  private labelsOf(value: V): readonly string[] {
    return this.options.labelsOf?.(value) ?? [];
  }
}
