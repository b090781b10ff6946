import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';
import { type Pico, picoToUsd } from '#libs/kernel';

interface Booked {
  readonly amount: Pico;
  readonly reason?: string | undefined;
}

/** An administrator changed what somebody may spend in advance. */
abstract class BalanceChanged extends AuditableEvent {
  protected abstract readonly action: string;

  constructor(
    actor: Principal,
    readonly userId: string,
    readonly before: Pico,
    readonly after: Pico,
    readonly entry: Booked,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { amount, reason } = this.entry;
    return {
      action: this.action,
      resourceType: 'balance',
      resourceId: this.userId,
      oldValues: { balance: picoToUsd(this.before) },
      newValues: {
        balance: picoToUsd(this.after),
        amount: picoToUsd(amount),
        ...(reason === undefined ? {} : { reason }),
      },
    };
  }
}

/** Something was put on a balance. */
export class BalanceCredited extends BalanceChanged {
  protected readonly action = 'BALANCE_CREDITED';
}

/** A balance was made another one. */
export class BalanceSet extends BalanceChanged {
  protected readonly action = 'BALANCE_SET';
}
