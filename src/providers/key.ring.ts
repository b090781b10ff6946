import type { KeySlot } from './key.slot.js';
import { CHOOSERS, type Random, type RotationStrategy } from './rotation.js';

/** Chooses among the keys of one provider, leaving out those that cannot be used now. */
export class KeyRing {
  private turn = 0;

  constructor(
    readonly slots: readonly KeySlot[],
    public strategy: RotationStrategy,
    private readonly random: Random = Math.random,
  ) {}

  /** A usable key that was not tried yet. */
  next(now: number, tried: readonly KeySlot[]): KeySlot | undefined {
    const { slots } = this;
    if (this.strategy === 'round_robin' || slots.length === 1) return this.inTurn(tried);
    const usable = slots.filter((slot) => slot.usable && !tried.includes(slot));
    if (usable.length < 2) return usable[0];
    return CHOOSERS[this.strategy]({ slots: usable, now, random: this.random });
  }

  get usable(): boolean {
    return this.slots.some((slot) => slot.usable);
  }

  /** When a key may be usable again, in Unix milliseconds; undefined when time alone will not do. */
  get usableAt(): number | undefined {
    let soonest: number | undefined;
    for (const { circuit, enabled, readable } of this.slots) {
      const { openUntil } = circuit;
      if (enabled && readable && openUntil !== undefined && openUntil < (soonest ?? Infinity)) soonest = openUntil;
    }
    return soonest;
  }

  private inTurn(tried: readonly KeySlot[]): KeySlot | undefined {
    const { slots } = this;
    for (let step = 0; step < slots.length; step += 1) {
      const at = (this.turn + step) % slots.length;
      const slot = slots[at];
      if (slot?.usable && !tried.includes(slot)) {
        this.turn = (at + 1) % slots.length;
        return slot;
      }
    }
    return undefined;
  }
}
