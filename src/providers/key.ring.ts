/** A key of ours at a provider. */
export interface ProviderKey {
  readonly id: string;
  readonly secret: string;
}

/** Lets the keys of one provider take turns, leaving out those that the provider has turned away. */
export class KeyRing {
  private readonly rejected = new Set<string>();
  private turn = 0;

  constructor(private readonly keys: readonly ProviderKey[]) {}

  /** The next key in turn; a rejected one only when there is no other. Undefined for a provider without keys. */
  next(): ProviderKey | undefined {
    const { keys } = this;
    for (let step = 0; step < keys.length; step += 1) {
      const key = this.advance();
      if (key && !this.rejected.has(key.id)) return key;
    }
    return this.advance();
  }

  /** Every key once, beginning with the next in turn, the rejected ones included: how they get their second chance. */
  round(): ProviderKey[] {
    return this.keys.flatMap(() => this.advance() ?? []);
  }

  reject(key: ProviderKey): void {
    this.rejected.add(key.id);
  }

  accept(key: ProviderKey): void {
    this.rejected.delete(key.id);
  }

  /** Whether a call has a chance: there is a key that was not turned away, or the provider wants none. */
  get usable(): boolean {
    return this.keys.length === 0 || this.rejected.size < this.keys.length;
  }

  private advance(): ProviderKey | undefined {
    const key = this.keys[this.turn];
    this.turn = this.keys.length === 0 ? 0 : (this.turn + 1) % this.keys.length;
    return key;
  }
}
