/** A name under which running calls are counted, and how many of them may be. */
export type ParallelLimit = readonly [name: string, most: number];

/** Counts the calls that run at a time in this process. Over several replicas the limit holds in each of them. */
export class ParallelCalls {
  private readonly running = new Map<string, number>();

  /** Enters all or none. @returns whether there was room */
  enter(limits: readonly ParallelLimit[]): boolean {
    if (limits.some(([name, most]) => (this.running.get(name) ?? 0) >= most)) return false;
    for (const [name] of limits) this.running.set(name, (this.running.get(name) ?? 0) + 1);
    return true;
  }

  leave(names: readonly string[]): void {
    for (const name of names) {
      const left = (this.running.get(name) ?? 0) - 1;
      if (left > 0) this.running.set(name, left);
      else this.running.delete(name);
    }
  }
}
