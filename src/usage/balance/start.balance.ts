import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { OnEvent } from '#libs/events';
import { PICO_PER_CREDIT } from '#libs/kernel';
import { UserCreated } from '../../users/events/user.events.js';
import { BalanceBooks } from './balance.books.js';
import { balanceConfig } from './balance.config.js';

/** Gives new people what they begin with. */
@Injectable()
export class StartBalance {
  constructor(
    private readonly books: BalanceBooks,
    @InjectConfig(balanceConfig) private readonly config: ConfigOf<typeof balanceConfig>,
  ) {}

  @OnEvent(UserCreated, 'in-transaction')
  async onUserCreated({ user }: UserCreated): Promise<void> {
    const { enabled, startCredits } = this.config;
    if (!enabled || startCredits === 0) return;
    const balance = await this.books.open(user.id);
    await this.books.book(balance, {
      userId: user.id,
      kind: 'start',
      amount: BigInt(startCredits) * PICO_PER_CREDIT,
    });
  }
}
