import { Injectable, Logger } from '@nestjs/common';
import { BudgetLeaseRepository } from './budgets/budget.lease.repository.js';
import { Replica } from './budgets/replica.js';
import { DurableLedger } from './durable.ledger.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import { UsageLedgerRepository } from './usage-ledger.repository.js';

/**
 * Settles the affairs of replicas that are gone: first what waits on disk, then the calls that were under way, as
 * far as they were known, and only then are their leases free again.
 */
@Injectable()
export class Reaper {
  private readonly log = new Logger(Reaper.name);

  constructor(
    private readonly replica: Replica,
    private readonly leases: BudgetLeaseRepository,
    private readonly openCalls: OpenCallsRepository,
    private readonly ledger: UsageLedgerRepository,
    private readonly durable: DurableLedger,
  ) {}

  /** Looks for replicas that are gone, and reaps them. */
  async run(): Promise<void> {
    const departed = await this.replica.departed();
    if (departed.length === 0 || !(await this.durable.replay())) return;
    for (const replicaId of departed) await this.reap(replicaId);
  }

  /** Several replicas may reap the same one at once: every step can be repeated. */
  async reap(replicaId: string): Promise<void> {
    const calls = await this.openCalls.of(replicaId);
    if (calls.length > 0) {
      await this.ledger.append(calls);
      this.log.warn(
        { replicaId, calls: calls.length },
        'Calls of a replica that is gone were settled as far as they were known',
      );
    }
    await this.openCalls.forget(replicaId);
    await this.leases.reap(replicaId);
  }
}
