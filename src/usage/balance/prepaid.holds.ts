import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { type Pico, picoToUsd } from '#libs/kernel';
import { budgetErrors } from '../budgets/budgets.js';
import { type HoldOutcome, type ScopeName, UsageMeter } from '../usage.meter.js';
import { balanceConfig } from './balance.config.js';
import { BalanceRefill } from './balance.refill.js';

const { balance_exhausted } = budgetErrors;

/** Holds calls against their budgets, and, where calls are paid in advance, against the balance of their owner. */
@Injectable()
export class PrepaidHolds {
  constructor(
    private readonly meter: UsageMeter,
    private readonly refill: BalanceRefill,
    @InjectConfig(balanceConfig) private readonly config: ConfigOf<typeof balanceConfig>,
  ) {}

  /** Everything that a call is held against. */
  scopes(userId: string, others: readonly ScopeName[]): ScopeName[] {
    return this.config.enabled ? [...others, `balance:${userId}`] : [...others];
  }

  /**
   * @param scopes everything that the call falls under, beside the balance
   * @param most pico-dollars that the call can cost; asked only where something caps it
   */
  async hold(userId: string, scopes: readonly ScopeName[], most: () => Pico): Promise<HoldOutcome> {
    if (!this.config.enabled) return this.meter.hold(scopes, most);
    const names = this.scopes(userId, scopes);
    const outcome = await this.meter.hold(names, most);
    if (!isExhausted(outcome)) return outcome;
    const cost = most();
    const left = await this.refill.left(userId);
    // It was refilled, by this call or by another one, or what other calls had set aside came free.
    const again = left >= cost ? await this.meter.hold(names, most) : outcome;
    return isExhausted(again) ? refused(left, cost) : again;
  }
}

function isExhausted(outcome: HoldOutcome): boolean {
  return !outcome.held && outcome.error.code === balance_exhausted.code;
}

/** Decimals of US dollars. */
function refused(left: Pico, cost: Pico): HoldOutcome {
  return {
    held: false,
    error: balance_exhausted({
      message: `The balance of ${picoToUsd(left)} USD does not cover this call, which can cost ${picoToUsd(cost)} USD.`,
      details: { balance: picoToUsd(left), cost: picoToUsd(cost) },
    }),
  };
}
