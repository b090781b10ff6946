import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { isConnectionLoss } from '#libs/database';
import { newId } from '#libs/kernel';
import { Budgets } from './budgets/budgets.js';
import { Replica } from './budgets/replica.js';
import { DurableLedger } from './durable.ledger.js';
import { Reaper } from './reaper.js';

const BEAT_MS = 2_000;

/** Brings this replica in, keeps it known to the others, and sees it out. */
@Injectable()
export class ReplicaLife implements OnApplicationBootstrap {
  private readonly log = new Logger(ReplicaLife.name);
  private timer: NodeJS.Timeout | undefined;
  private beating = false;

  constructor(
    private readonly replica: Replica,
    private readonly ledger: DurableLedger,
    private readonly reaper: Reaper,
    private readonly budgets: Budgets,
  ) {}

  /** What the last process of this place left behind is settled before anything new is leased. */
  async onApplicationBootstrap(): Promise<void> {
    if (await this.ledger.adopt()) await this.reaper.reap(this.ledger.identity);
    else throw new Error('What the last process left on disk could not be brought to the ledger; see the log.');
    await this.replica.join(this.ledger.identity);
    this.timer = setInterval(() => void this.beat(), BEAT_MS).unref();
  }

  /** After the last call is settled. What cannot be said now, the others find out by themselves. */
  async leave(): Promise<void> {
    clearInterval(this.timer);
    try {
      // Leases stay as long as something that they pay for waits on disk: the next process of this place frees them.
      if (!(await this.ledger.close())) return;
      await this.budgets.giveBack();
      await this.replica.leave();
    } catch (error) {
      this.log.warn('This replica could not take its leave; the others will notice.', error);
    }
  }

  private async beat(): Promise<void> {
    if (this.beating) return;
    this.beating = true;
    try {
      if (!(await this.replica.beat())) {
        await this.budgets.forfeit(() => this.replica.join(newId()));
      }
      await this.reaper.run();
    } catch (error) {
      if (!isConnectionLoss(error)) this.log.warn('The heartbeat failed; it is tried again.', error);
    } finally {
      this.beating = false;
    }
  }
}
